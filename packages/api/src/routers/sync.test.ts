import { randomUUID } from 'node:crypto';
import { changeClock, tasks } from '@docket/db';
import type { Task } from '@docket/domain';
import { eq, sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { purgeExpired } from '../housekeeping.ts';
import { createTestApi, type TestApi, type TestUser } from '../testing/index.ts';
import { readRestoreStatement } from '../testing/restore-statement.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const signIn = async () => {
  const user = await api.mintUser();
  return { user, caller: api.call(user.token) };
};

const titlesOf = (answered: readonly Task[]): string[] => answered.map(({ title }) => title).toSorted();

const putIntoTrashAgo = (user: TestUser, id: string, interval: string) =>
  api.database.db
    .update(tasks)
    .set({ deletedAt: sql`now() - ${interval}::interval` })
    .where(sql`${tasks.userId} = ${user.id} and ${tasks.id} = ${id}`);

describe('revisions', () => {
  test('count the changes of each user from 1 on', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    expect(await ada.caller.sync.pull({})).toEqual({
      revision: 0,
      reset: false,
      next: null,
      olderCompleted: null,
      tasks: [],
    });
    const { id, revision } = await ada.caller.tasks.create({ title: 'One' });
    expect(revision).toBe(1);
    expect(await ada.caller.tasks.update({ id, title: 'Two' })).toMatchObject({ revision: 2 });
    expect(await bob.caller.tasks.create({ title: 'Bob`s' })).toMatchObject({ revision: 1 });
    await ada.caller.tasks.delete({ id });
    expect(await ada.caller.sync.pull({ since: 2 })).toMatchObject({ revision: 3, tasks: [{ id, revision: 3 }] });
    expect(await ada.caller.tasks.restore({ id })).toMatchObject({ title: 'Two', deletedAt: null, revision: 4 });
  });

  test('let concurrent changes of different fields both survive', async () => {
    const { caller } = await signIn();
    const { id } = await caller.tasks.create({ title: 'Before', description: 'Before' });
    for (let round = 0; round < 20; round += 1) {
      const [title, description, completed] = [`Title ${round}`, `Description ${round}`, round % 2 === 0];
      const answers = await Promise.all([
        caller.tasks.update({ id, title }),
        caller.tasks.update({ id, description }),
        caller.tasks.update({ id, completed }),
      ]);
      expect(new Set(answers.map(({ revision }) => revision)).size).toBe(3);
      expect(await caller.tasks.get({ id })).toMatchObject({ title, description, completed });
    }
  });

  test('are left as they are on the task that a repeated create answers', async () => {
    const { caller } = await signIn();
    const first = await caller.tasks.create({ title: 'Once' });
    await caller.tasks.create({ title: 'Between' });
    expect(await caller.tasks.create({ id: first.id, title: 'Twice' })).toEqual(first);
    await caller.tasks.delete({ id: first.id });
    const trashed = await caller.tasks.create({ id: first.id, title: 'Twice' });
    expect(trashed).toMatchObject({ title: 'Once', deletedAt: expect.any(String) });
    expect(titlesOf((await caller.tasks.list({})).items)).toEqual(['Between']);
  });
});

describe('the trash', () => {
  test('has what was deleted, and gives it back as it was', async () => {
    const { caller } = await signIn();
    const task = await caller.tasks.create({ title: 'Gone', description: 'and back', completed: true });
    await caller.tasks.create({ title: 'Kept' });
    await caller.tasks.delete({ id: task.id });
    expect(titlesOf((await caller.tasks.list({})).items)).toEqual(['Kept']);
    expect((await caller.tasks.list({ deleted: true })).items).toEqual([
      { ...task, deletedAt: expect.any(String), revision: 3 },
    ]);
    for (const call of [
      () => caller.tasks.get({ id: task.id }),
      () => caller.tasks.update({ id: task.id, title: 'Mine' }),
      () => caller.tasks.delete({ id: task.id }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const restored = await caller.tasks.restore({ id: task.id });
    expect(restored).toEqual({ ...task, revision: restored.revision });
    expect(await caller.tasks.restore({ id: task.id })).toMatchObject({ title: 'Gone', deletedAt: null });
    expect((await caller.tasks.list({ deleted: true })).items).toEqual([]);
  });

  test('answers NOT_FOUND where there is nothing to restore', async () => {
    const { caller } = await signIn();
    await expect(caller.tasks.restore({ id: randomUUID() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is emptied after 30 days; whoever has not heard of it by then begins anew', async () => {
    const { user, caller } = await signIn();
    const [old, young] = [await caller.tasks.create({ title: 'Old' }), await caller.tasks.create({ title: 'Young' })];
    await caller.tasks.create({ title: 'Live' });
    await caller.tasks.delete({ id: old.id });
    await caller.tasks.delete({ id: young.id });
    await putIntoTrashAgo(user, old.id, '30 days 1 second');
    await putIntoTrashAgo(user, young.id, '29 days 23 hours');
    await purgeExpired(api.database.db);
    await purgeExpired(api.database.db);
    expect(titlesOf((await caller.tasks.list({ deleted: true })).items)).toEqual(['Young']);
    const [clock] = await api.database.db.select().from(changeClock).where(eq(changeClock.userId, user.id));
    expect(clock).toMatchObject({ revision: 5, purgedRevision: 4 });
    expect(await caller.sync.pull({ since: 4 })).toMatchObject({
      revision: 5,
      reset: false,
      tasks: [{ id: young.id }],
    });
    const anew = await caller.sync.pull({ since: 3 });
    expect(anew).toMatchObject({ revision: 5, reset: true });
    expect(titlesOf(anew.tasks)).toEqual(['Live']);
  });

  test('waits for a change that is under way instead of blocking it', async () => {
    const { user, caller } = await signIn();
    const { id } = await caller.tasks.create({ title: 'Old' });
    await caller.tasks.delete({ id });
    await putIntoTrashAgo(user, id, '31 days');
    const client = postgres(api.database.url, { max: 1 });
    const { purge } = await client.begin(async (change) => {
      await change`update change_clock set revision = revision + 1 where user_id = ${user.id}`;
      const purged = purgeExpired(api.database.db);
      const isWaiting = async () => (await change`select from pg_locks where not granted`).length > 0;
      await expect.poll(isWaiting).toBe(true);
      await change`update tasks set deleted_at = null, revision = 3 where user_id = ${user.id} and id = ${id}`;
      // Awaited here it would wait for this very change.
      return { purge: purged };
    });
    await purge;
    await client.end();
    expect(await caller.tasks.get({ id })).toMatchObject({ title: 'Old', revision: 3 });
  });
});

describe('sync.pull', () => {
  test('begins with all that is open and the latest 500 completed', async () => {
    const { user, caller } = await signIn();
    const start = Date.UTC(2026, 0, 1);
    const add = (count: number, completedAt: string | null) =>
      api.database.db.insert(tasks).values(
        Array.from({ length: count }, (_, index) => ({
          userId: user.id,
          id: randomUUID(),
          title: String(index),
          completedAt,
          createdAt: new Date(start + index).toISOString(),
        })),
      );
    await add(1_200, null);
    await add(700, new Date(start).toISOString());
    const { id } = await caller.tasks.create({ title: 'Deleted' });
    await caller.tasks.delete({ id });
    const { revision, reset, tasks: answered } = await caller.sync.pull({});
    expect({ revision, reset }).toEqual({ revision: 2, reset: false });
    expect(answered.filter(({ completed }) => !completed)).toHaveLength(1_200);
    const completed = answered.filter((task) => task.completed).map(({ title }) => Number(title));
    expect(completed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, index) => 200 + index));
    expect(answered.filter(({ deletedAt }) => deletedAt !== null)).toEqual([]);
  });

  test('goes on with exactly what changed, deletions among it', async () => {
    const { caller } = await signIn();
    const [kept, gone] = [await caller.tasks.create({ title: 'Kept' }), await caller.tasks.create({ title: 'Gone' })];
    const { revision: since } = await caller.sync.pull({});
    expect(await caller.sync.pull({ since })).toEqual({
      revision: since,
      reset: false,
      next: null,
      olderCompleted: null,
      tasks: [],
    });
    await caller.tasks.delete({ id: gone.id });
    const fresh = await caller.tasks.create({ title: 'Fresh' });
    const changes = await caller.sync.pull({ since });
    expect(changes).toMatchObject({ revision: since + 2, reset: false });
    expect(changes.tasks).toContainEqual(fresh);
    expect(changes.tasks).toContainEqual({ ...gone, deletedAt: expect.any(String), revision: since + 1 });
    expect(changes.tasks).toHaveLength(2);
    expect(titlesOf((await caller.sync.pull({})).tasks)).toEqual(['Fresh', kept.title]);
  });

  test('begins anew for a revision that the user has not come to', async () => {
    const { caller } = await signIn();
    const task = await caller.tasks.create({ title: 'Here' });
    expect(await caller.sync.pull({ since: 7 })).toEqual({
      revision: 1,
      reset: true,
      next: null,
      olderCompleted: null,
      tasks: [task],
    });
  });

  test('begins anew for everybody after the statement that the README has for a restored backup', async () => {
    const [{ caller }, idle] = [await signIn(), await signIn()];
    const task = await caller.tasks.create({ title: 'Here' });
    await api.database.db.execute(await readRestoreStatement());
    for (const since of [0, 1, 50]) {
      expect(await caller.sync.pull({ since })).toEqual({
        revision: 1_000_001,
        reset: true,
        next: null,
        olderCompleted: null,
        tasks: [task],
      });
    }
    expect(await caller.sync.pull({ since: 1_000_001 })).toEqual({
      revision: 1_000_001,
      reset: false,
      next: null,
      olderCompleted: null,
      tasks: [],
    });
    expect(await idle.caller.sync.pull({ since: 1 })).toEqual({
      revision: 1_000_000,
      reset: true,
      next: null,
      olderCompleted: null,
      tasks: [],
    });
  });

  test('answers nothing of anybody else', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    await ada.caller.tasks.create({ title: 'Ada`s' });
    const mine = await bob.caller.tasks.create({ title: 'Bob`s' });
    for (const input of [{}, { since: 0 }, { since: 99 }]) {
      expect((await bob.caller.sync.pull(input)).tasks).toEqual([mine]);
    }
  });

  test.each([[-1], [1.5], [Number.MAX_SAFE_INTEGER + 1]])('refuses the revision %s', async (since) => {
    const { caller } = await signIn();
    await expect(caller.sync.pull({ since })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
