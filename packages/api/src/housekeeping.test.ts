import { randomUUID } from 'node:crypto';
import { auditEvents, emailLinks, openDatabase, rateLimits, sessions, tasks } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { purgeExpired } from './housekeeping.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('what has served its time goes, and nothing else', async () => {
  const { db } = database;
  const userId = randomUUID();
  await db.insert(users).values({ id: userId, email: 'ada@example.com', hashedPassword: 'none' });
  const ago = (interval: string) => sql`now() - ${interval}::interval`;
  const [kept, gone] = [randomUUID(), randomUUID()];
  await db.insert(sessions).values([
    { userId, id: kept, expiresAt: sql`now() + interval '1 minute'` },
    { userId, id: gone, expiresAt: ago('1 second') },
  ]);
  await db.insert(emailLinks).values([
    {
      userId,
      id: kept,
      kind: 'password-reset',
      email: 'ada@example.com',
      accountEmail: 'ada@example.com',
      passwordVersion: 0,
      expiresAt: ago('1 hour'),
    },
    {
      userId,
      id: gone,
      kind: 'password-reset',
      email: 'ada@example.com',
      accountEmail: 'ada@example.com',
      passwordVersion: 0,
      expiresAt: ago('25 hours'),
    },
  ]);
  await db.insert(rateLimits).values([
    { key: kept, points: 1, expire: Date.now() + 60_000 },
    { key: gone, points: 1, expire: Date.now() - 1 },
  ]);
  await db.insert(auditEvents).values([
    { userId, id: kept, kind: 'signed-in', createdAt: ago('89 days') },
    { userId, id: gone, kind: 'signed-in', createdAt: ago('91 days') },
    { id: randomUUID(), kind: 'sign-in-failed', createdAt: ago('91 days') },
  ]);
  await purgeExpired(db);
  await purgeExpired(db);
  for (const table of [sessions, emailLinks, auditEvents])
    expect(await db.select().from(table)).toMatchObject([{ id: kept }]);
  expect(await db.select().from(rateLimits)).toMatchObject([{ key: kept }]);
});

const makeUser = async (): Promise<string> => {
  const id = randomUUID();
  await database.db.insert(users).values({ id, email: `${id}@example.com`, hashedPassword: 'none' });
  return id;
};

const addTrash = async (userId: string, ago: string): Promise<void> => {
  const deletedAt = sql`now() - ${ago}::interval`;
  await database.db.insert(tasks).values({ userId, id: randomUUID(), title: 'Old', deletedAt });
};

const countRows = async (userId: string) =>
  (
    await database.db.execute(sql`
      select (select count(*)::int from sessions where user_id = ${userId}) as sessions,
        (select count(*)::int from tasks where user_id = ${userId}) as tasks`)
  )[0];

test('more than a batch goes in one run, no statement taking more than a batch', async () => {
  const userId = await makeUser();
  const statements: string[] = [];
  const counting = openDatabase(database.url, { logger: { logQuery: (query) => void statements.push(query) } });
  onTestFinished(counting.close);
  const expiresAt = sql`now() - interval '1 second'`;
  await database.db.insert(sessions).values(Array.from({ length: 5 }, () => ({ userId, id: randomUUID(), expiresAt })));
  for (let index = 0; index < 5; index += 1) await addTrash(userId, '31 days');
  await purgeExpired(counting.db, { batchSize: 2 });
  expect(await countRows(userId)).toEqual({ sessions: 0, tasks: 0 });
  for (const table of ['sessions', 'tasks']) {
    expect(
      statements.filter((query) => query.includes(`from "${table}"`) || query.includes(`from ${table} where`)),
    ).toHaveLength(3);
  }
});

test('what one user is at keeps no other user`s trash, and what is in use stays until it is free', async () => {
  const [first, second] = [await makeUser(), await makeUser()];
  await addTrash(first, '32 days');
  await addTrash(second, '31 days');
  const expired = { userId: second, id: randomUUID(), expiresAt: sql`now() - interval '1 second'` };
  await database.db.insert(sessions).values(expired);
  const purging = await database.db.transaction(async (tx) => {
    await tx.execute(sql`select from change_clock where user_id = ${second} for update`);
    await tx.execute(sql`select from sessions where user_id = ${second} for update`);
    const purge = purgeExpired(database.db, { batchSize: 1 });
    await expect.poll(() => countRows(first)).toEqual({ sessions: 0, tasks: 0 });
    expect(await countRows(second)).toEqual({ sessions: 1, tasks: 1 });
    // Awaited here it would wait for this very transaction.
    return { purge };
  });
  await purging.purge;
  await purgeExpired(database.db);
  expect(await countRows(second)).toEqual({ sessions: 0, tasks: 0 });
});

test('a step that fails stops no other one, and is told of at the end', async () => {
  const { db } = database;
  const userId = await makeUser();
  await addTrash(userId, '31 days');
  await db.execute(sql`alter table sessions rename to elsewhere`);
  const failure: unknown = await purgeExpired(db).catch((error: unknown) => error);
  await db.execute(sql`alter table elsewhere rename to sessions`);
  expect(failure).toMatchObject({ name: 'AggregateError', errors: [{ cause: { code: '42P01' } }] });
  expect(await db.select().from(tasks).where(eq(tasks.userId, userId))).toEqual([]);
});
