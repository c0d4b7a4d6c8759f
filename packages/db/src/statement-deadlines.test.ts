import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Database, type DatabaseOptions, isDatabaseUnavailable, openDatabase } from './database.ts';
import { StatementDeadlineError, waitWithinBudget, withStatementBudget } from './statement-deadlines.ts';
import { users } from './tables.ts';
import { createTestDatabase, openDatabaseDoor, type TestDatabase } from './testing/index.ts';

const SHORT_MS = 100;
const LOCK = 4_711;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A pool of its own; closed without waiting, because what hangs may take the five seconds that it may take. */
const open = (url: string, options: DatabaseOptions): Database => {
  const { db, close } = openDatabase(url, options);
  onTestFinished(() => void close());
  return db;
};

/** A pool of a single connection behind a door. */
const openBehindDoor = async (options: DatabaseOptions) => {
  const door = await openDatabaseDoor(database.url);
  onTestFinished(door.shut);
  return { door, db: open(door.url, { maxConnections: 1, ...options }) };
};

const ping = (db: Database) => db.execute(sql`select 1 as one`);

const makeUser = async (): Promise<string> => {
  const id = randomUUID();
  await database.db.insert(users).values({ id, email: `${id}@example.com`, hashedPassword: 'none', name: 'none' });
  return id;
};

const rename = (db: Database, id: string, name: string) => db.update(users).set({ name }).where(eq(users.id, id));

const readName = async (id: string): Promise<unknown> =>
  (await database.db.select({ name: users.name }).from(users).where(eq(users.id, id)))[0]?.name;

const expectDeadline = (call: PromiseLike<unknown>) =>
  expect(Promise.resolve(call)).rejects.toMatchObject({ cause: { name: 'StatementDeadlineError' } });

/** A promise and the way to resolve it. */
const defer = () => {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
};

const countWaiting = async (): Promise<number> =>
  (
    await database.db.execute(
      sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  ).length;

describe('a statement that is given up', () => {
  test('is not begun any more where every connection was busy, so that it overwrites nothing later', async () => {
    const id = await makeUser();
    const here = open(database.url, { statementDeadlineMs: SHORT_MS });
    const lock = await database.db.$client.reserve();
    await lock`select pg_advisory_lock(${LOCK})`;
    const clogs = Array.from({ length: 10 }, () => here.$client`select pg_advisory_lock_shared(${LOCK})`.execute());
    await expect.poll(countWaiting).toBe(10);
    await expectDeadline(rename(here, id, 'one'));
    await rename(database.db, id, 'one');
    await rename(database.db, id, 'two');
    await lock`select pg_advisory_unlock(${LOCK})`;
    lock.release();
    await Promise.all(clogs);
    // What waited for a connection runs in the order in which it came.
    await here.$client`select 1`;
    expect(await readName(id)).toBe('two');
  });

  test('is cancelled where it waits for a lock, and its connection serves the next one', async () => {
    const id = await makeUser();
    const here = open(database.url, { statementDeadlineMs: SHORT_MS, maxConnections: 1 });
    await database.db.transaction(async (tx) => {
      await tx.update(users).set({ name: 'two' }).where(eq(users.id, id));
      await expectDeadline(rename(here, id, 'one'));
      await expect.poll(countWaiting).toBe(0);
    });
    await expect.poll(() => ping(here).catch(() => null)).toEqual([{ one: 1 }]);
    expect(await readName(id)).toBe('two');
  });

  test('is not begun where its connection opens too late, and that connection serves the next one', async () => {
    const id = await makeUser();
    const { door, db } = await openBehindDoor({ statementDeadlineMs: SHORT_MS });
    door.hold();
    await expectDeadline(rename(db, id, 'late'));
    door.release();
    await expect.poll(() => ping(db).catch(() => null)).toEqual([{ one: 1 }]);
    expect(await readName(id)).toBe('none');
    expect(door.countConnections()).toBe(1);
  });

  test('is not executed where the database has only heard its text by then', async () => {
    const id = await makeUser();
    const { door, db } = await openBehindDoor({ statementDeadlineMs: SHORT_MS });
    await expect.poll(() => ping(db).catch(() => null)).toEqual([{ one: 1 }]);
    door.hold();
    await expectDeadline(rename(db, id, 'late'));
    door.release();
    await expect.poll(() => ping(db).catch(() => null)).toEqual([{ one: 1 }]);
    expect(await readName(id)).toBe('none');
  });

  test('fails once and for all where it cannot be cancelled, because the database is away', async () => {
    const { door, db } = await openBehindDoor({ statementDeadlineMs: SHORT_MS });
    await expect.poll(() => ping(db).catch(() => null)).toEqual([{ one: 1 }]);
    const lock = await database.db.$client.reserve();
    await lock`select pg_advisory_lock(${LOCK})`;
    const failure = expectDeadline(db.execute(sql`select pg_advisory_lock_shared(${LOCK})`));
    await expect.poll(countWaiting).toBe(1);
    door.refuse();
    await failure;
    await lock`select pg_advisory_unlock(${LOCK})`;
    lock.release();
    await expect.poll(() => ping(db).catch(() => null)).toEqual([{ one: 1 }]);
  });

  test('is not begun where it waits for a connection whose own statement is given up later', async () => {
    const id = await makeUser();
    const db = open(database.url, { maxConnections: 1 });
    await ping(db);
    await Promise.all([
      expectDeadline(withStatementBudget(3 * SHORT_MS, () => db.execute(sql`select pg_sleep(60)`))),
      // Without parameters it would be sent whole.
      expectDeadline(
        withStatementBudget(SHORT_MS, () => db.execute(sql.raw(`update users set name = 'late' where id = '${id}'`))),
      ),
    ]);
    expect(await ping(db)).toEqual([{ one: 1 }]);
    expect(await readName(id)).toBe('none');
  });
});

describe('withStatementBudget', () => {
  test('gives all statements of a call one time, and begins none once it is used up', async () => {
    const id = await makeUser();
    await withStatementBudget(SHORT_MS, async () => {
      await expectDeadline(database.db.execute(sql`select pg_sleep(${60})`));
      await expectDeadline(rename(database.db, id, 'late'));
    });
    expect(await readName(id)).toBe('none');
  });

  test('counts what is waited for at the same moment once, and nothing between two waits', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const waitFor = async (seconds: number, waits: number) => {
      const { promise, resolve } = defer();
      const waiting = Array.from({ length: waits }, () => waitWithinBudget(promise));
      vi.advanceTimersByTime(seconds * 1_000);
      resolve();
      await Promise.all(waiting);
    };
    await withStatementBudget(60_000, async () => {
      await waitFor(40, 2);
      vi.advanceTimersByTime(40_000);
      await waitFor(19, 1);
      expect(await ping(database.db)).toEqual([{ one: 1 }]);
      await waitFor(1, 1);
      await expectDeadline(ping(database.db));
    });
  });

  test('leaves alone what a call sets off and does not wait for', async () => {
    const { promise, resolve } = defer();
    let left: Promise<unknown> = Promise.resolve();
    await withStatementBudget(0, async () => {
      left = promise.then(() => ping(database.db));
    });
    resolve();
    expect(await left).toEqual([{ one: 1 }]);
  });
});

describe('waitWithinBudget', () => {
  test('waits as long as the budget lasts, and uses it up', async () => {
    const never = new Promise<never>(() => {});
    await withStatementBudget(SHORT_MS, async () => {
      expect(await waitWithinBudget(Promise.resolve('there'))).toBe('there');
      const failure: unknown = await waitWithinBudget(never).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StatementDeadlineError);
      expect(isDatabaseUnavailable(failure)).toBe(true);
      await expectDeadline(ping(database.db));
    });
  });

  test('waits without end outside any budget', async () => {
    const failure = new Error('its own');
    await expect(waitWithinBudget(Promise.reject(failure))).rejects.toBe(failure);
  });
});
