import { randomUUID } from 'node:crypto';
import { tasks } from '@docket/db';
import type { Changes, Task } from '@docket/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from '../app-router.ts';
import { createTestApi, type TestApi, type TestUser } from '../testing/index.ts';
import { readTrackedChanges } from '../testing/tracked-changes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const signIn = async () => {
  const user = await api.mintUser();
  return { user, caller: api.call(user.token) };
};
type Caller = ReturnType<TestApi['call']>;

const START = Date.UTC(2026, 0, 1);

interface Rows {
  count: number;
  isCompleted?: boolean;
  description?: string;
}

/** Written by one statement, so all of one revision; the titles count up, and so do the days of their creation. */
const addRows = async (user: TestUser, { count, isCompleted = false, description = '' }: Rows): Promise<void> => {
  const createdAt = (index: number): string => new Date(START + index).toISOString();
  const rows = Array.from({ length: count }, (_, index) => ({
    userId: user.id,
    id: randomUUID(),
    title: String(index),
    description,
    completedAt: isCompleted ? createdAt(index) : null,
    createdAt: createdAt(index),
  }));
  for (let from = 0; from < count; from += 1_000)
    await api.database.db.insert(tasks).values(rows.slice(from, from + 1_000));
};

/** Every page from the first one on. */
const pullAll = async (
  caller: Caller,
  input: { since?: number; limit?: number },
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<Changes[]> => {
  const pages: Changes[] = [];
  let cursor: string | undefined;
  do {
    const page = await caller.sync.pull({ ...input, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    cursor = page.next ?? undefined;
    await between(pages.length);
  } while (cursor !== undefined);
  return pages;
};

const join = (pages: readonly Changes[]): Task[] => pages.flatMap((page) => page.tasks);
const countBytes = (answer: unknown): number => Buffer.byteLength(JSON.stringify(answer));

describe('a page of sync.pull', () => {
  test('has as many rows as are asked for, and all pages together have each row once', async () => {
    const { user, caller } = await signIn();
    await addRows(user, { count: 25 });
    const pages = await pullAll(caller, { limit: 10 });
    expect(pages.map((page) => page.tasks.length)).toEqual([10, 10, 5]);
    expect(new Set(join(pages).map(({ id }) => id)).size).toBe(25);
    expect(await pullAll(caller, { limit: 25 })).toHaveLength(1);
  });

  test('has at most 2,000 rows', async () => {
    const { user, caller } = await signIn();
    await addRows(user, { count: 2_001 });
    expect((await pullAll(caller, {})).map((page) => page.tasks.length)).toEqual([2_000, 1]);
    await expect(caller.sync.pull({ limit: 2_001 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test.each([
    { text: 'plain text', character: 'x', bytes: 1 },
    { text: 'text of many bytes', character: '\u{1F9ED}', bytes: 4 },
    { text: 'text that JSON escapes', character: '\u0001', bytes: 6 },
    { text: 'quotation marks', character: '"', bytes: 2 },
  ])('has at most 4 MB of $text', async ({ character, bytes }) => {
    const { user, caller } = await signIn();
    const count = Math.ceil(460 / bytes);
    await addRows(user, { count, description: character.repeat(10_000) });
    const pages = await pullAll(caller, {});
    expect(pages).toHaveLength(2);
    const [first] = pages.map(countBytes);
    expect(first).toBeLessThan(4_000_000);
    expect(first).toBeGreaterThan(3_900_000);
    expect(join(pages)).toHaveLength(count);
  });

  test('leaves to the next pull what is written between two pages, so that paging ends', async () => {
    const { user, caller } = await signIn();
    await addRows(user, { count: 5 });
    const ids = (await caller.tasks.list({})).items.map(({ id }) => id).toSorted();
    const pages = await pullAll(caller, { limit: 1 }, async () => {
      await caller.tasks.create({ title: 'New' });
      await caller.tasks.update({ id: ids.at(-1) ?? '', title: 'Again' });
    });
    expect(join(pages).map(({ id }) => id)).toEqual(ids.slice(0, -1));
    expect(pages.map(({ revision }) => revision)).toEqual([0, 0, 0, 0]);
    const later = join(await pullAll(caller, { since: 0, limit: 3 }));
    expect(later.map(({ title }) => title)).toEqual(['New', 'New', 'New', 'New', 'Again']);
  });

  test('keeps to the same completed tasks, and says on each page where the older ones begin', async () => {
    const { user, caller } = await signIn();
    await addRows(user, { count: 700, isCompleted: true });
    await addRows(user, { count: 3 });
    const newest = async () => (await caller.tasks.list({ completed: true, limit: 1 })).items[0];
    const pages = await pullAll(caller, { limit: 150 }, async (page) => {
      const task = await newest();
      if (page === 1) await caller.tasks.delete({ id: task?.id ?? '' });
      else await caller.tasks.create({ title: 'Completed meanwhile', completed: true });
    });
    const completed = join(pages).filter((task) => task.completed);
    const places = completed.map(({ title }) => Number(title)).toSorted((a, b) => a - b);
    // The newest may have been deleted before its page was read.
    expect([500, 499]).toContain(places.length);
    expect(places[0]).toBe(200);
    const [cursor, ...others] = new Set(pages.map(({ olderCompleted }) => olderCompleted));
    expect(others).toEqual([]);
    const older = await caller.tasks.list({ completed: true, limit: 100, cursor: cursor ?? null });
    expect(older.items.map(({ title }) => title).slice(0, 2)).toEqual(['199', '198']);
  });

  test.each([500, 501])('says whether it leaves out any of %i completed tasks', async (count) => {
    const { user, caller } = await signIn();
    await addRows(user, { count, isCompleted: true });
    const { tasks: answered, olderCompleted } = await caller.sync.pull({});
    expect(answered).toHaveLength(500);
    expect(olderCompleted === null).toBe(count === 500);
    expect((await caller.sync.pull({ since: 0 })).olderCompleted).toBeNull();
  });

  test('begins anew where the clock is behind it, and goes on from there', async () => {
    const { user, caller } = await signIn();
    await addRows(user, { count: 3 });
    const cursor = (await caller.sync.pull({ limit: 1 })).next?.replace(/^0_first/, '9_first') ?? '';
    const anew = await caller.sync.pull({ cursor, limit: 2 });
    expect(anew).toMatchObject({ revision: 0, reset: true });
    expect(anew.tasks).toHaveLength(2);
    expect(await caller.sync.pull({ cursor: anew.next ?? '' })).toMatchObject({ reset: false, next: null });
  });

  test.each([
    '',
    'x',
    '7',
    '1_first_1',
    '1_first_1_x',
    `-1_first_1_${randomUUID()}`,
    `1_first_1_${randomUUID()}_x`,
    `1_first_1_${randomUUID()}_${new Date(0).toISOString()}`,
    `1_first_1_${randomUUID()}_infinity_${randomUUID()}`,
    `${'9'.repeat(16)}_first_1_${randomUUID()}`,
    `1_first_1_${randomUUID()}${'_'.repeat(200)}`,
  ])('is refused for the cursor %j', async (cursor) => {
    const { caller } = await signIn();
    await expect(caller.sync.pull({ cursor })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('Leave it out to begin at the first page.'),
    });
  });

  test('of another user`s cursor shows nothing of that user', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    await addRows(ada.user, { count: 3 });
    await addRows(bob.user, { count: 3 });
    const { next } = await ada.caller.sync.pull({ limit: 1 });
    const own = new Set((await bob.caller.sync.pull({})).tasks.map(({ id }) => id));
    const { tasks: answered } = await bob.caller.sync.pull({ cursor: next ?? '' });
    expect(answered.filter(({ id }) => !own.has(id))).toEqual([]);
  });
});

describe('an event of sync.changes', () => {
  const follow = async (user: TestUser, lastEventId?: string) => {
    const controller = new AbortController();
    const caller = createCaller(api.makeContext(user.token), { signal: controller.signal });
    const events = (await caller.sync.changes(lastEventId === undefined ? {} : { lastEventId }))[
      Symbol.asyncIterator
    ]();
    return { next: async () => readTrackedChanges((await events.next()).value), stop: () => controller.abort() };
  };

  test('is a page of at most 256 kB, and a stream that broke goes on in the middle', async () => {
    const { user, caller } = await signIn();
    await addRows(user, { count: 40, description: 'x'.repeat(10_000) });
    await caller.tasks.create({ title: 'Last' });
    const first = await follow(user);
    const begun = await first.next();
    first.stop();
    expect(countBytes(begun)).toBeLessThan(256_000);
    expect(begun.id).toBe(begun.changes.next);
    // Written while nobody follows, it comes at once behind the last page.
    await caller.tasks.create({ title: 'Missed' });
    const second = await follow(user, begun.id);
    const rest = await second.next();
    expect(rest).toMatchObject({ id: '1', changes: { revision: 1, reset: false, next: null } });
    expect(new Set(join([begun.changes, rest.changes]).map(({ id }) => id)).size).toBe(41);
    expect(await second.next()).toMatchObject({ id: '2', changes: { tasks: [{ title: 'Missed' }] } });
    second.stop();
  });

  test('is one task where that alone is more', async () => {
    const { user } = await signIn();
    await addRows(user, { count: 5, description: '\u0001'.repeat(10_000) });
    const stream = await follow(user);
    expect((await stream.next()).changes.tasks).toHaveLength(4);
    expect((await stream.next()).changes.tasks).toHaveLength(1);
    stream.stop();
  });
});
