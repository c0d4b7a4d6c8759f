import type { Account, Task } from '@docket/domain';
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import type { BaseFacts } from './base-facts.ts';
import type { FirstRows, StoredFirstRows } from './first-rows.ts';
import type { Change, Refusal, Write } from './writes.ts';

type StoredWrite = Change & { writeId: string; madeAt: string; failure: Refusal | null; order?: number };
type MetaRow =
  | (BaseFacts & { key: 'base' })
  | (FirstRows & { key: 'first' })
  | { key: 'account'; account: Account }
  | { key: 'lease'; holder: string; until: number };

interface Schema extends DBSchema {
  tasks: { key: string; value: Task; indexes: { revision: number } };
  writes: { key: number; value: StoredWrite };
  meta: { key: string; value: MetaRow };
}

interface TaskReader {
  getAll(query?: IDBKeyRange, count?: number): Promise<Task[]>;
}

/** What other tabs have stored. */
export interface Stored {
  facts: BaseFacts | null;
  /** All of them where the base is another one than asked for, else those after the revision asked for. */
  tasks: Task[];
  writes: Write[];
}

export interface BaseChange {
  facts: BaseFacts | null;
  tasks: readonly Task[];
  /** Every other task goes. */
  isReset: boolean;
  /** Writes that the server has answered, by their order. */
  done: readonly number[];
  /** What the next page shows first; null where that stays as it is. */
  first: FirstRows | null;
}

const OPEN_TIMEOUT_MS = 5_000;
/** So many rows are written, or read, between two breaths of the page. */
const CHUNK = 500;
/** With more writes than this the first rows would not be there sooner. */
const FIRST_MAX_WRITES = 100;

const toName = (accountId: string): string => `docket-${accountId}`;

const toWrites = (stored: readonly StoredWrite[]): Write[] =>
  stored.map((write) => ({ ...write, order: write.order ?? 0 }));

const toFacts = (row: MetaRow | undefined): BaseFacts | null =>
  row?.key === 'base' ? { revision: row.revision, epoch: row.epoch, pages: row.pages } : null;

const open = (accountId: string, onLost: (isDeleted: boolean) => void): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>(toName(accountId), 1, {
    upgrade(database) {
      database.createObjectStore('tasks', { keyPath: 'id' }).createIndex('revision', 'revision');
      database.createObjectStore('writes', { keyPath: 'order', autoIncrement: true });
      database.createObjectStore('meta', { keyPath: 'key' });
    },
    // Another tab deletes the database: it waits until this one has let go of it.
    blocking: () => onLost(true),
    terminated: () => onLost(false),
  });

/** Some browsers never answer where they deny storage. */
const openInTime = async (opening: Promise<IDBPDatabase<Schema>>): Promise<IDBPDatabase<Schema>> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      opening.then((database) => database.close()).catch(() => {});
      reject(new Error('IndexedDB did not open.'));
    }, OPEN_TIMEOUT_MS);
  });
  return Promise.race([opening, tooLate]).finally(() => clearTimeout(timer));
};

const readAll = async (store: TaskReader): Promise<Task[]> => {
  const tasks: Task[] = [];
  let chunk = await store.getAll(undefined, CHUNK);
  for (let last = chunk.at(-1); last !== undefined; last = chunk.at(-1)) {
    tasks.push(...chunk);
    chunk = await store.getAll(IDBKeyRange.lowerBound(last.id, true), CHUNK);
  }
  return tasks;
};

/**
 * One account's tasks and outbox in this browser. Rejects where the browser denies it. `onLost` is told when it goes
 * away: deleted on purpose by another tab, or by the browser.
 */
export const openLocalDatabase = async (accountId: string, onLost: (isDeleted: boolean) => void) => {
  const database = await openInTime(open(accountId, onLost));

  const saveTasks = async (tasks: readonly Task[], isReset: boolean): Promise<void> => {
    const { store, done } = database.transaction('tasks', 'readwrite');
    const requests: Promise<unknown>[] = isReset ? [store.clear()] : [];
    for (const task of tasks) requests.push(store.put(task));
    await Promise.all([...requests, done]);
  };

  return {
    /** Null where there is no base. */
    async readFirst(): Promise<StoredFirstRows | null> {
      const transaction = database.transaction(['tasks', 'writes', 'meta']);
      const meta = transaction.objectStore('meta');
      const [row, first, writes] = await Promise.all([
        meta.get('base'),
        meta.get('first'),
        transaction.objectStore('writes').getAll(undefined, FIRST_MAX_WRITES + 1),
      ]);
      const facts = toFacts(row);
      if (facts === null || first?.key !== 'first' || writes.length > FIRST_MAX_WRITES) return null;
      const tasks = transaction.objectStore('tasks');
      const changed = await Promise.all([...new Set(writes.map(({ taskId }) => taskId))].map((id) => tasks.get(id)));
      const known = changed.filter((task) => task !== undefined);
      return { facts, counts: first.counts, tasks: [...first.tasks, ...known], writes: toWrites(writes) };
    },

    async read(known: BaseFacts | null): Promise<Stored> {
      const transaction = database.transaction(['tasks', 'writes', 'meta']);
      const [row, writes] = await Promise.all([
        transaction.objectStore('meta').get('base'),
        transaction.objectStore('writes').getAll(),
      ]);
      const facts = toFacts(row);
      const tasks = transaction.objectStore('tasks');
      const isSame = facts !== null && facts.epoch === known?.epoch;
      const isNews = facts !== null && facts.revision !== known?.revision;
      return {
        facts,
        writes: toWrites(writes),
        tasks: !isSame
          ? await readAll(tasks)
          : isNews
            ? await tasks.index('revision').getAll(IDBKeyRange.lowerBound(known?.revision ?? 0, true))
            : [],
      };
    },

    /** Answers its place among all writes, once it would outlive a crash of the browser. */
    async addWrite(write: Write): Promise<number> {
      const unplaced: StoredWrite = { ...write };
      delete unplaced.order;
      const transaction = database.transaction('writes', 'readwrite', { durability: 'strict' });
      const added = transaction.store.add(unplaced);
      // Without it the browser would ask this tab whether more comes, and drop the write of a tab that is gone by then.
      transaction.commit();
      const [order] = await Promise.all([added, transaction.done]);
      return order;
    },

    async putWrite(write: Write): Promise<void> {
      const transaction = database.transaction('writes', 'readwrite');
      // One that another tab has discarded meanwhile stays so.
      if ((await transaction.store.get(write.order)) !== undefined) await transaction.store.put(write);
      await transaction.done;
    },

    async removeWrites(orders: readonly number[]): Promise<void> {
      const { store, done } = database.transaction('writes', 'readwrite');
      await Promise.all([...orders.map((order) => store.delete(order)), done]);
    },

    /** In one transaction, but for so many tasks that it would hold up the page: then the revision comes last. */
    async saveBase({ facts, tasks, isReset, done, first }: BaseChange): Promise<void> {
      const isMany = tasks.length > CHUNK;
      if (isMany) {
        if (isReset) await database.delete('meta', 'base');
        for (let start = 0; start < tasks.length; start += CHUNK) {
          await saveTasks(tasks.slice(start, start + CHUNK), isReset && start === 0);
        }
      }
      const transaction = database.transaction(['tasks', 'writes', 'meta'], 'readwrite');
      const requests: Promise<unknown>[] = done.map((order) => transaction.objectStore('writes').delete(order));
      const store = transaction.objectStore('tasks');
      if (!isMany && isReset) requests.push(store.clear());
      if (!isMany) requests.push(...tasks.map((task) => store.put(task)));
      if (facts !== null) requests.push(transaction.objectStore('meta').put({ ...facts, key: 'base' }));
      if (first !== null) requests.push(transaction.objectStore('meta').put({ ...first, key: 'first' }));
      await Promise.all([...requests, transaction.done]);
    },

    /** Whose tasks they are, as last heard; null where that was never told. */
    async readAccount(): Promise<Account | null> {
      const row = await database.get('meta', 'account');
      return row?.key === 'account' ? row.account : null;
    },
    async saveAccount(account: Account): Promise<void> {
      await database.put('meta', { key: 'account', account });
    },

    /** Takes or renews the lease, where nobody else has it. */
    async takeLease(holder: string, milliseconds: number): Promise<boolean> {
      const { store, done } = database.transaction('meta', 'readwrite');
      const row = await store.get('lease');
      const now = Date.now();
      const isFree = row?.key !== 'lease' || row.holder === holder || row.until <= now;
      if (isFree) await store.put({ key: 'lease', holder, until: now + milliseconds });
      await done;
      return isFree;
    },

    /** For the holder alone, and also on a page that is about to go. */
    async dropLease(): Promise<void> {
      const transaction = database.transaction('meta', 'readwrite');
      const dropped = transaction.store.delete('lease');
      transaction.commit();
      await Promise.all([dropped, transaction.done]);
    },

    close: (): void => database.close(),
  };
};
export type LocalDatabase = Awaited<ReturnType<typeof openLocalDatabase>>;

/** Opens a database as it is. Rejects where there is none, and makes none. */
export const openExisting = (name: string): Promise<IDBPDatabase> =>
  openDB(name, undefined, {
    // oxlint-disable-next-line max-params -- the library hands over what is undone as the fourth
    upgrade: (_, _from, _to, change) => {
      // The opening rejects with the same reason.
      change.done.catch(() => {});
      change.abort();
    },
  });

/** Takes everything out, also while other tabs hold the database. */
const empty = async (name: string): Promise<void> => {
  const database = await openExisting(name);
  try {
    const transaction = database.transaction(database.objectStoreNames, 'readwrite');
    await Promise.all([...database.objectStoreNames].map((store) => transaction.objectStore(store).clear()));
    await transaction.done;
  } finally {
    database.close();
  }
};

/**
 * Deletes what this browser holds of the account. It is empty at once; the deletion waits until every tab has let go of it,
 * and is made good by a later page where this one is closed before.
 */
export const deleteLocalDatabase = async (accountId: string): Promise<void> => {
  const name = toName(accountId);
  await empty(name).catch(() => {});
  await deleteDB(name);
};
