import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { tasks } from '@docket/db';
import type { Changes, Task } from '@docket/domain';
import { TRPCError } from '@trpc/server';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { createCaller } from './app-router.ts';
import { taskColumns } from './task-rows.ts';
import { createTestApi, type TestApi } from './testing/index.ts';
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
const send = async (caller: Caller, id: string, { kind, flag }: Write): Promise<Task | null> => {
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

const tryToSend = async (caller: Caller, id: string, write: Write) => {
  try {
    return await send(caller, id, write);
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
};

/** What one reader holds, and every answer that made it so. */
const createReader = () => {
  const held = new Map<string, Task>();
  const answers: { since: number; changes: Changes }[] = [];
  let since = 0;
  return {
    answers,
    list: () => [...held.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    getSince: () => since,
    take: (changes: Changes): void => {
      answers.push({ since, changes });
      for (const task of changes.tasks) held.set(task.id, task);
      since = changes.revision;
    },
  };
};
type Reader = ReturnType<typeof createReader>;

const readRows = (userId: string): Promise<Task[]> =>
  api.database.db.select(taskColumns).from(tasks).where(eq(tasks.userId, userId)).orderBy(tasks.id);

/** Each answer holds every write of its span, or what a later one made of the row. */
const expectNoGap = ({ answers }: Reader, written: readonly Task[]): void => {
  for (const { since, changes } of answers) {
    expect(changes.reset).toBe(false);
    expect(changes.revision).toBeGreaterThanOrEqual(since);
    const revisions = new Map(changes.tasks.map(({ id, revision }) => [id, revision]));
    for (const revision of revisions.values()) {
      expect(revision).toBeGreaterThan(since);
      expect(revision).toBeLessThanOrEqual(changes.revision);
    }
    expect(new Set(revisions.values()).size).toBe(revisions.size);
    for (const { id, revision } of written) {
      if (revision > since && revision <= changes.revision) {
        expect(revisions.get(id), `${id} at ${revision}`).toBeGreaterThanOrEqual(revision);
      }
    }
  }
};

test.each([1, 2, 3, 4, 5, 6])(
  'every reader ends equal to the database, whatever many writers do at once and whichever answers get lost (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const { id: userId, token } = await api.mintUser();
    const caller = api.call(token);
    const ids = Array.from({ length: ROWS }, () => randomUUID());
    const written: Task[] = [];
    let lastRevision = Infinity;

    const write = async (): Promise<void> => {
      for (let count = 0; count < WRITES; count += 1) {
        const each = createWrite(random);
        const id = ids[each.row] ?? '';
        const answers = [await tryToSend(caller, id, each)];
        if (each.isAnswerLost) answers.push(await tryToSend(caller, id, each));
        written.push(...answers.filter((answer) => answer !== null));
      }
    };
    const pullAlong = async (reader: Reader): Promise<void> => {
      while (reader.getSince() < lastRevision) {
        reader.take(await caller.sync.pull({ since: reader.getSince() }));
        for (let turns = random() * 6; turns > 1; turns -= 1) await setImmediate();
      }
    };
    const follow = async (reader: Reader): Promise<void> => {
      for await (const event of await caller.sync.changes({ lastEventId: 0 })) {
        reader.take(readTrackedChanges(event).changes);
        if (reader.getSince() > lastRevision) return;
      }
    };

    const readers = Array.from({ length: READERS }, createReader);
    const follower = createReader();
    const reading = Promise.all([...readers.map(pullAlong), follow(follower)]);
    await Promise.all(Array.from({ length: WRITERS }, write));
    lastRevision = (await caller.tasks.create({ title: 'Last but one' })).revision;
    // So that whoever follows hears once more.
    await caller.tasks.create({ title: 'Last' });
    await reading;
    for (const reader of readers) reader.take(await caller.sync.pull({ since: reader.getSince() }));

    expect(new Set(written.map(({ revision }) => revision)).size).toBe(written.length);
    const rows = await readRows(userId);
    expect(new Set(rows.map(({ revision }) => revision)).size).toBe(rows.length);
    for (const reader of [...readers, follower]) {
      expect(reader.list()).toEqual(rows);
      expectNoGap(reader, written);
    }
  },
);
