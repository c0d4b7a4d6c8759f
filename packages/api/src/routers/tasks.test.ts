import { randomUUID } from 'node:crypto';
import { tasks } from '@docket/db';
import { TASKS_PAGE_MAX } from '@docket/domain';
import { eq, sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi, type TestUser } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const signIn = async () => {
  const user = await api.mintUser();
  return { user, caller: api.call(user.token) };
};

const addTasks = async (user: TestUser, count: number): Promise<void> => {
  // Seven share each millisecond, so that a page may end between equals.
  const start = Date.UTC(2026, 0, 1);
  await api.database.db.insert(tasks).values(
    Array.from({ length: count }, (_, index) => ({
      userId: user.id,
      id: randomUUID(),
      title: `Task ${index}`,
      createdAt: new Date(start + Math.floor(index / 7)).toISOString(),
    })),
  );
};

describe('tasks.create', () => {
  test('answers the task with what was not given filled in', async () => {
    const { caller } = await signIn();
    const task = await caller.tasks.create({ title: '  Buy milk  ' });
    expect(task).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: 'Buy milk',
      description: '',
      completed: false,
      completedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: task.createdAt,
      deletedAt: null,
      revision: 1,
    });
    expect(await caller.tasks.get({ id: task.id })).toEqual(task);
  });

  test('can be given as done', async () => {
    const { caller } = await signIn();
    const task = await caller.tasks.create({ title: 'Done before', completed: true });
    expect(task).toMatchObject({ completed: true, completedAt: task.createdAt });
  });

  test('with the same id again answers the same task, however often at once', async () => {
    const { caller } = await signIn();
    const id = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => caller.tasks.create({ id, title: `Try ${index}` })),
    );
    expect(new Set(answers.map((task) => JSON.stringify(task))).size).toBe(1);
    expect((await caller.tasks.list({})).items).toHaveLength(1);
    expect(await caller.tasks.create({ id: id.toUpperCase(), title: 'Later' })).toEqual(answers[0]);
  });

  test('with an id that another user has makes a task of one`s own and leaves theirs', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    const theirs = await ada.caller.tasks.create({ title: 'Ada`s' });
    const mine = await bob.caller.tasks.create({ id: theirs.id, title: 'Bob`s' });
    expect(mine.title).toBe('Bob`s');
    expect(await ada.caller.tasks.get({ id: theirs.id })).toEqual(theirs);
  });

  test.each([
    ['an empty title', { title: '' }],
    ['a title of spaces', { title: ' \t\n ' }],
    ['a title of invisible characters', { title: '\u200B\u2060\uFEFF\u3164' }],
    ['a title of 501 characters', { title: 'x'.repeat(501) }],
    ['a NUL', { title: 'a\0b' }],
    ['a lone surrogate', { title: 'a\uD800b' }],
    ['a description of 10,001 characters', { title: 'x', description: 'x'.repeat(10_001) }],
    ['an id that is no UUID', { title: 'x', id: '1' }],
    ['a field that is not known', { title: 'x', userId: randomUUID() }],
  ])('refuses %s and stores nothing', async (_, input) => {
    const { caller } = await signIn();
    await expect(caller.tasks.create(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await caller.tasks.list({})).items).toEqual([]);
  });

  test('takes 500 characters, counting an emoji as one, and keeps every one', async () => {
    const { caller } = await signIn();
    const title = '🌿'.repeat(500);
    const description = 'ü'.repeat(10_000);
    expect(await caller.tasks.create({ title, description })).toMatchObject({ title, description });
    await expect(caller.tasks.create({ title: `${title}🌿` })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('tasks.list', () => {
  test('pages through all tasks, newest first, none twice and none left out', async () => {
    const { user, caller } = await signIn();
    await addTasks(user, 250);
    const seen: { createdAt: string; id: string }[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: Awaited<ReturnType<typeof caller.tasks.list>> = await caller.tasks.list({ cursor, limit: 20 });
      seen.push(...page.items);
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== null);
    expect(pages).toBe(13);
    expect(new Set(seen.map((task) => task.id)).size).toBe(250);
    const keys = seen.map((task) => `${task.createdAt} ${task.id}`);
    expect(keys).toEqual(keys.toSorted().toReversed());
  });

  test('answers no cursor where the last page is full', async () => {
    const { user, caller } = await signIn();
    await addTasks(user, 20);
    expect((await caller.tasks.list({ limit: 20 })).nextCursor).toBeNull();
  });

  test('answers only what is open, or only what is done', async () => {
    const { caller } = await signIn();
    const open = await caller.tasks.create({ title: 'Open' });
    const done = await caller.tasks.create({ title: 'Done', completed: true });
    expect((await caller.tasks.list({ completed: false })).items).toEqual([open]);
    expect((await caller.tasks.list({ completed: true })).items).toEqual([done]);
    expect((await caller.tasks.list({})).items).toEqual([done, open]);
  });

  test.each([
    ['no page', { limit: 0 }],
    ['more than a page holds', { limit: TASKS_PAGE_MAX + 1 }],
    ['half a task', { limit: 1.5 }],
    ['a cursor that is not ours', { cursor: 'abc' }],
    ['a cursor of an impossible day', { cursor: `2026-02-30T00:00:00.000Z_${randomUUID()}` }],
    ['a cursor of infinity', { cursor: `infinity_${randomUUID()}` }],
  ])('refuses %s', async (_, input) => {
    const { caller } = await signIn();
    await expect(caller.tasks.list(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test.each([
    ['all', {}],
    ['open', { completed: false }],
    ['done', { completed: true }],
    ['deleted', { deleted: true }],
  ])('reads the 100th page of %s tasks as a range of an index, without a sort', async (_, filter) => {
    const { user, caller } = await signIn();
    await addTasks(user, 2_000);
    if ('deleted' in filter) {
      await api.database.db
        .update(tasks)
        .set({ deletedAt: sql`now()` })
        .where(eq(tasks.userId, user.id));
    }
    await api.database.db.execute('analyze tasks');
    const cursor = `2026-01-01T00:00:00.100Z_${randomUUID()}`;
    await caller.tasks.list({ ...filter, cursor, limit: 20 });
    const { query, params } = api.database.readLastStatement();
    const client = postgres(api.database.url, { max: 1 });
    const plan = await client.unsafe<{ 'QUERY PLAN': string }[]>(`explain ${query}`, params.map(String));
    await client.end();
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index Scan Backward using tasks_(by|in)_/);
    expect(text).not.toMatch(/Sort|Seq Scan/);
    expect(text).toMatch(/Index Cond: .*ROW\(created_at, id\) </);
  });

  test('answers of the trash only what was open, or only what was done', async () => {
    const { caller } = await signIn();
    for (const completed of [true, false]) {
      const { id } = await caller.tasks.create({ title: String(completed), completed });
      await caller.tasks.delete({ id });
      await caller.tasks.create({ title: 'Live', completed });
    }
    for (const completed of [true, false]) {
      const { items } = await caller.tasks.list({ deleted: true, completed });
      expect(items.map(({ title }) => title)).toEqual([String(completed)]);
    }
    expect((await caller.tasks.list({ deleted: true })).items).toHaveLength(2);
  });

  test.each([
    { isBatch: false, bytes: 4_000_000 },
    { isBatch: true, bytes: 400_000 },
  ])(
    'answers fewer where they are large, and goes on with the rest (in a batch: $isBatch)',
    async ({ isBatch, bytes }) => {
      const user = await api.mintUser();
      const caller = api.call(user.token, { isBatch });
      const description = '\u0001'.repeat(10_000);
      const rows = Array.from({ length: 70 }, () => ({
        userId: user.id,
        id: randomUUID(),
        title: 'Large',
        description,
      }));
      await api.database.db.insert(tasks).values(rows);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof caller.tasks.list>> = await caller.tasks.list({ limit: 100, cursor });
        expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(bytes);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen.toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    },
  );
});

describe('tasks.update', () => {
  test('changes only what it names', async () => {
    const { caller } = await signIn();
    const before = await caller.tasks.create({ title: 'Before', description: 'Kept' });
    const after = await caller.tasks.update({ id: before.id, title: 'After' });
    expect(after).toEqual({ ...before, title: 'After', updatedAt: after.updatedAt, revision: 2 });
    expect(after.updatedAt >= before.updatedAt).toBe(true);
    expect(await caller.tasks.update({ id: before.id, description: '' })).toMatchObject({
      title: 'After',
      description: '',
    });
  });

  test('completes once: the moment stays when it is said again, and goes when it is taken back', async () => {
    const { caller } = await signIn();
    const { id } = await caller.tasks.create({ title: 'Walk' });
    const first = await caller.tasks.update({ id, completed: true });
    expect(first.completedAt).not.toBeNull();
    const again = await caller.tasks.update({ id, completed: true });
    expect(again.completedAt).toBe(first.completedAt);
    expect(await caller.tasks.update({ id, completed: false })).toMatchObject({ completed: false, completedAt: null });
  });

  test('answers NOT_FOUND for another user`s task, which stays as it was', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    const task = await ada.caller.tasks.create({ title: 'Ada`s' });
    await expect(bob.caller.tasks.update({ id: task.id, title: 'Mine now' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await ada.caller.tasks.get({ id: task.id })).toEqual(task);
  });

  test('refuses a title without a visible character and changes nothing', async () => {
    const { caller } = await signIn();
    const task = await caller.tasks.create({ title: 'Kept' });
    await expect(caller.tasks.update({ id: task.id, title: ' ', description: 'x' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    expect(await caller.tasks.get({ id: task.id })).toEqual(task);
  });
});

describe('tasks.delete', () => {
  test('deletes one task and no other', async () => {
    const { caller } = await signIn();
    const kept = await caller.tasks.create({ title: 'Kept' });
    const gone = await caller.tasks.create({ title: 'Gone' });
    expect(await caller.tasks.delete({ id: gone.id })).toEqual({ id: gone.id });
    await expect(caller.tasks.get({ id: gone.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await caller.tasks.list({})).items).toEqual([kept]);
  });

  test('answers NOT_FOUND for another user`s task, which stays', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    const task = await ada.caller.tasks.create({ title: 'Ada`s' });
    await expect(bob.caller.tasks.delete({ id: task.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await ada.caller.tasks.get({ id: task.id })).toEqual(task);
  });
});
