import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { changeClock, tasks } from '@docket/db';
import type { Changes, Task } from '@docket/domain';
import { TRPCError } from '@trpc/server';
import { and, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { createCaller } from './app-router.ts';
import { purgeExpired } from './housekeeping.ts';
import { taskColumns } from './task-rows.ts';
import { createTestApi, type TestApi } from './testing/index.ts';
import { readRestoreStatement } from './testing/restore-statement.ts';
import { readTrackedChanges } from './testing/tracked-changes.ts';

const ROWS = 5;
const WRITERS = 16;
const WRITES = 25;
const READERS = 4;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

type Caller = ReturnType<typeof createCaller>;

const KINDS = ['create', 'title', 'description', 'completed', 'delete', 'restore'] as const;

/** Mulberry32: the same numbers, 0 to 1, for the same seed. */
const createRandom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** One call of a writer; where the answer gets lost, it is sent again. */
interface Write {
  row: number;
  kind: (typeof KINDS)[number];
  flag: boolean;
  isAnswerLost: boolean;
}

const createWrite = (random: () => number): Write => ({
  row: Math.floor(random() * ROWS),
  kind: KINDS[Math.floor(random() * KINDS.length)] ?? 'create',
  flag: random() < 0.5,
  isAnswerLost: random() < 0.3,
});

/** The task as this very call wrote it; null where its revision is not told, or may be that of another call. */
const send = async (caller: Caller, id: string, { kind, flag }: Pick<Write, 'kind' | 'flag'>): Promise<Task | null> => {
  switch (kind) {
    case 'create':
      await caller.tasks.create({ id, title: 'New' });
      return null;
    case 'delete':
      await caller.tasks.delete({ id });
      return null;
    case 'restore':
      return caller.tasks.restore({ id });
    case 'completed':
      return caller.tasks.update({ id, completed: flag });
    case 'title':
    case 'description':
      return caller.tasks.update({ id, [kind]: randomUUID() });
    default:
      throw new TypeError(kind satisfies never);
  }
};

const tryToSend = async (caller: Caller, id: string, write: Pick<Write, 'kind' | 'flag'>) => {
  try {
    return await send(caller, id, write);
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
};

/** All pages of one answer that was asked for with a revision and not begun anew. */
interface Answer {
  since: number;
  revision: number;
  tasks: Task[];
  pages: number;
}

/** What one reader holds, and every whole answer that made it so. */
const createReader = () => {
  const held = new Map<string, Task>();
  const answers: Answer[] = [];
  let since: number | undefined;
  let cursor: string | undefined;
  let arrived: Task[] = [];
  let pages = 0;
  return {
    answers,
    listLive: () => [...held.values()].filter(({ deletedAt }) => deletedAt === null).toSorted(compareIds),
    getSince: () => since ?? -1,
    isInTheMiddle: () => cursor !== undefined,
    getInput: () => ({ ...(since === undefined ? {} : { since }), ...(cursor === undefined ? {} : { cursor }) }),
    take: ({ revision, reset, next, tasks: page }: Changes): void => {
      if (reset) {
        held.clear();
        arrived = [];
        pages = 0;
        since = undefined;
      }
      pages += 1;
      for (const task of page) held.set(task.id, task);
      arrived.push(...page);
      cursor = next ?? undefined;
      if (next !== null) return;
      if (since !== undefined) answers.push({ since, revision, tasks: arrived, pages });
      since = revision;
      arrived = [];
      pages = 0;
    },
  };
};
type Reader = ReturnType<typeof createReader>;

const compareIds = (a: Task, b: Task): number => (a.id < b.id ? -1 : 1);

const readLiveRows = (userId: string): Promise<Task[]> =>
  api.database.db
    .select(taskColumns)
    .from(tasks)
    .where(and(eq(tasks.userId, userId), isNull(tasks.deletedAt)))
    .orderBy(tasks.id);

const isWithin = (revision: number, { since, revision: last }: Answer): boolean => revision > since && revision <= last;

/** Each answer holds every write of its span; where a task was written again between two pages, a later answer does. */
const expectNoGap = ({ answers }: Reader, written: readonly Task[]): void => {
  for (const [index, answer] of answers.entries()) {
    const revisions = answer.tasks.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    expect(revisions.filter((revision) => !isWithin(revision, answer))).toEqual([]);
    const told = (answer.pages === 1 ? [answer] : answers.slice(index)).flatMap((each) => each.tasks);
    const missing = written.filter(
      (write) =>
        isWithin(write.revision, answer) &&
        !told.some(({ id, revision }) => id === write.id && revision >= write.revision),
    );
    expect(missing).toEqual([]);
  }
};

interface Play {
  caller: Caller;
  userId: string;
  ids: string[];
  random: () => number;
  /** Each task as a call wrote it whose answer tells. */
  written: Task[];
}

const begin = async (seed: number): Promise<Play> => {
  const { id: userId, token } = await api.mintUser();
  const ids = Array.from({ length: ROWS }, () => randomUUID());
  return { caller: api.call(token), userId, ids, random: createRandom(seed), written: [] };
};

const write = async ({ caller, ids, random, written }: Play, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const each = createWrite(random);
    const id = ids[each.row] ?? '';
    const answers = [await tryToSend(caller, id, each)];
    if (each.isAnswerLost) answers.push(await tryToSend(caller, id, each));
    written.push(...answers.filter((answer) => answer !== null));
  }
};

const pull = async ({ caller, random }: Play, reader: Reader): Promise<void> => {
  reader.take(await caller.sync.pull({ ...reader.getInput(), limit: 1 + Math.floor(random() * (ROWS + 1)) }));
};

/** Pulls on and on, and to the end of what there is once the writers are done. */
const pullAlong = async (play: Play, reader: Reader, isOver: () => boolean): Promise<void> => {
  while (!isOver() || reader.isInTheMiddle()) {
    await pull(play, reader);
    for (let turns = play.random() * 6; turns > 1; turns -= 1) await setImmediate();
  }
  do await pull(play, reader);
  while (reader.isInTheMiddle());
};

/** Deletes for good what is in the trash, as if 30 days had passed. */
const purge = async ({ userId }: Play): Promise<void> => {
  const { db } = api.database;
  const isOwnTrash = and(eq(tasks.userId, userId), isNotNull(tasks.deletedAt));
  await db
    .update(tasks)
    .set({ deletedAt: sql`now() - interval '31 days'` })
    .where(isOwnTrash);
  await purgeExpired(db);
};

const writeAll = (play: Play): Promise<unknown> =>
  Promise.all(Array.from({ length: WRITERS }, () => write(play, WRITES)));

test.each([1, 2, 3, 4])(
  'every reader ends equal to the database, whatever many writers do at once, whichever answers get lost and however long pages are (seed %i)',
  async (seed) => {
    const play = await begin(seed);
    const { caller, userId, written } = play;
    let lastRevision = Infinity;
    const follow = async (reader: Reader): Promise<void> => {
      for await (const event of await caller.sync.changes({ lastEventId: 0 })) {
        reader.take(readTrackedChanges(event).changes);
        if (reader.getSince() > lastRevision) return;
      }
    };

    const readers = Array.from({ length: READERS }, createReader);
    const follower = createReader();
    const reading = Promise.all([
      ...readers.map((reader) => pullAlong(play, reader, () => lastRevision < Infinity)),
      follow(follower),
    ]);
    await writeAll(play);
    lastRevision = (await caller.tasks.create({ title: 'Last but one' })).revision;
    // So that whoever follows hears once more.
    await caller.tasks.create({ title: 'Last' });
    await reading;
    for (const reader of readers) await pullAlong(play, reader, () => true);

    expect(new Set(written.map(({ revision }) => revision)).size).toBe(written.length);
    const rows = await readLiveRows(userId);
    for (const reader of [...readers, follower]) {
      expect(reader.listLive()).toEqual(rows);
      expectNoGap(reader, written);
    }
  },
);

test.each([5, 6])('so does every reader while the trash is emptied (seed %i)', async (seed) => {
  const play = await begin(seed);
  const over = new AbortController();
  const readers = Array.from({ length: READERS }, createReader);
  const reading = Promise.all(readers.map((reader) => pullAlong(play, reader, () => over.signal.aborted)));
  const purgeAlong = async (): Promise<void> => {
    while (!over.signal.aborted) await purge(play);
  };
  const purging = purgeAlong();
  await writeAll(play);
  over.abort();
  await Promise.all([reading, purging]);
  // Nobody hears of these deletions before they are for good.
  for (const id of play.ids.slice(1)) await tryToSend(play.caller, id, { kind: 'delete', flag: false });
  await purge(play);
  for (const reader of readers) await pullAlong(play, reader, () => true);
  const rows = await readLiveRows(play.userId);
  for (const reader of readers) expect(reader.listLive()).toEqual(rows);
});

test.each([7, 8])('so does every reader whose server goes back to a backup in the middle (seed %i)', async (seed) => {
  const play = await begin(seed);
  const { db } = api.database;
  const isOwnTask = eq(tasks.userId, play.userId);
  await write(play, WRITES);
  const { completed: _, ...columns } = getTableColumns(tasks);
  const backup = await db.select(columns).from(tasks).where(isOwnTask);
  const readers = Array.from({ length: READERS }, createReader);
  await Promise.all(readers.map((reader) => pull(play, reader)));
  await write(play, WRITES);
  await Promise.all(readers.map((reader) => pull(play, reader)));

  await db.delete(tasks).where(isOwnTask);
  if (backup.length > 0) await db.insert(tasks).values(backup);
  const revision = Math.max(0, ...backup.map((task) => task.revision));
  await db.update(changeClock).set({ revision }).where(eq(changeClock.userId, play.userId));
  if (seed % 2 === 0) await db.execute(await readRestoreStatement());

  for (let round = 0; round < 10; round += 1) {
    await write(play, 2);
    await Promise.all(readers.map((reader) => pull(play, reader)));
  }
  for (const reader of readers) await pullAlong(play, reader, () => true);
  const rows = await readLiveRows(play.userId);
  for (const reader of readers) expect(reader.listLive()).toEqual(rows);
});
