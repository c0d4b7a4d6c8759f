import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChangeHints, openChangeHints } from './change-hints.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

let database: TestDatabase;
let here: ChangeHints;
let there: ChangeHints;
beforeAll(async () => {
  database = await createTestDatabase();
  const open = (): ChangeHints => openChangeHints(database.url);
  [here, there] = [open(), open()];
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.close();
});

/** How often a listener was called so far. */
const count = (hints: ChangeHints, userId: string) => {
  let calls = 0;
  const stop = hints.follow(userId, () => (calls += 1));
  return { stop, read: () => calls };
};

const listListeners = () =>
  database.db.execute(
    `select pid from pg_stat_activity where datname = current_database() and query ilike 'listen %' and state = 'idle'`,
  );

test('a hint reaches its own process at once, and every other one, but nobody who follows another user', async () => {
  await expect.poll(async () => (await listListeners()).length).toBe(2);
  const userId = randomUUID();
  const [own, other, stranger] = [count(here, userId), count(there, userId), count(there, randomUUID())];
  here.announce(userId);
  expect(own.read()).toBe(1);
  await expect.poll(other.read).toBe(1);
  expect(stranger.read()).toBe(0);
  expect(own.read()).toBe(1);
  for (const { stop } of [own, other, stranger]) stop();
  expect(there.countFollowers(userId)).toBe(0);
  expect(own.read()).toBe(1);
});

test('the hints of a thousand users at once all arrive', async () => {
  const users = Array.from({ length: 1_000 }, () => randomUUID());
  const followed = users.map((userId) => count(there, userId));
  for (const userId of users) here.announce(userId);
  await expect.poll(() => followed.filter(({ read }) => read() === 0).length).toBe(0);
  for (const { stop } of followed) stop();
});

test('who listens hears again after its connection was killed, and is told that it may have missed something', async () => {
  const userId = randomUUID();
  const listener = count(there, userId);
  const killed = await listListeners();
  for (const { pid } of killed) await database.db.execute(`select pg_terminate_backend(${Number(pid)})`);
  await expect.poll(listener.read).toBe(1);
  await expect.poll(async () => (await listListeners()).length).toBe(2);
  here.announce(userId);
  await expect.poll(listener.read).toBe(2);
  listener.stop();
});

test('followers are woken to leave', () => {
  const hints = openChangeHints(database.url);
  const follower = count(hints, randomUUID());
  expect(hints.hasStopped()).toBe(false);
  hints.stop();
  expect(hints.hasStopped()).toBe(true);
  expect(follower.read()).toBe(1);
  return hints.close();
});
