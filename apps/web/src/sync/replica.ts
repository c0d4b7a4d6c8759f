import type { Account, Changes, Task } from '@docket/domain';
import { type BaseFacts, type Page, startFacts, TRASH_KEPT_MS } from './base-facts.ts';
import { untilPainted } from './browser-events.ts';
import { type BaseChange, type LocalDatabase, openLocalDatabase, type Stored } from './local-database.ts';
import { openTabChannel, type StepMessage, type TabMessage } from './tab-channel.ts';
import { createTaskStore } from './task-store.ts';
import { isFailed, isStored, type Refusal, type Write } from './writes.ts';

/** More than this is read from the database by the other tabs, instead of being sent to each. */
const MESSAGE_MAX_TASKS = 200;

interface ReplicaOptions {
  accountId: string;
  isLeading(): boolean;
  /** There may be something to send now. */
  onWork(): void;
  /** Another tab tells or asks what is not about tasks. */
  onMessage(message: TabMessage): void;
  /** The browser took the database away. */
  onLost(): void;
  /** Another tab deleted the database: the account has signed out. */
  onDeleted(): void;
}

/** The account's tasks and outbox: in this tab, in the database and, by hints, in the other tabs. */
export const createReplica = ({ accountId, isLeading, onWork, ...options }: ReplicaOptions) => {
  const store = createTaskStore();
  /** Done with, although a database that was read a moment ago may still show them. */
  const gone = new Set<string>();
  /** What the database did not take: this tab alone has them, and sends them. */
  const unstored = new Set<string>();
  const keeping = new Set<Promise<void>>();
  let database: LocalDatabase | null = null;
  let saving = Promise.resolve();
  let looking = Promise.resolve();
  let isBaseKept = true;

  const putWrites = (writes: readonly Write[]): void => {
    store.putWrites(writes.filter(({ writeId }) => !gone.has(writeId)));
    onWork();
  };

  const removeWrites = (writeIds: readonly string[]): void => {
    for (const writeId of writeIds) {
      gone.add(writeId);
      unstored.delete(writeId);
    }
    store.removeWrites(writeIds);
  };

  /** One after the other. After a failure the stored base stays as it is: complete up to its own revision. */
  const saveBase = (change: Omit<BaseChange, 'first'>): Promise<void> => {
    // The leader alone has the whole base of now.
    const first = isLeading() ? store.readFirst() : null;
    saving = saving
      .then(() => (isBaseKept ? database?.saveBase({ ...change, first }) : database?.removeWrites(change.done)))
      .catch(() => {
        isBaseKept = false;
        store.loseDurability();
        return database?.removeWrites(change.done).catch(() => {});
      });
    return saving;
  };

  const mergeStored = (stored: Stored, asked: BaseFacts | null, known: readonly Write[]): void => {
    const facts = store.readFacts();
    // The leader's base is ahead of the stored one, and one that began anew meanwhile is another.
    if (stored.facts !== null && !isLeading() && facts?.epoch === asked?.epoch) {
      const isSame = stored.facts.epoch === facts?.epoch;
      if (!isSame) store.forgetTasks();
      const oldest = new Date(Date.now() - TRASH_KEPT_MS).toISOString();
      store.putTasks(stored.tasks.filter(({ deletedAt }) => deletedAt === null || deletedAt > oldest));
      const revision = Math.max(stored.facts.revision, isSame ? facts.revision : 0);
      store.setFacts({ ...stored.facts, revision });
    }
    const ids = new Set(stored.writes.map(({ writeId }) => writeId));
    store.removeWrites(known.flatMap(({ writeId }) => (ids.has(writeId) ? [] : [writeId])));
    putWrites(stored.writes);
  };

  /** Takes over what other tabs have stored. */
  const readStored = async (): Promise<void> => {
    const known = store.outbox.all().filter(isStored);
    const facts = store.readFacts();
    const stored = await database?.read(facts).catch(() => null);
    if (stored && database !== null) store.change(() => mergeStored(stored, facts, known));
  };
  const look = (): Promise<void> => {
    looking = looking.then(readStored);
    return looking;
  };

  const applyPage = ({ list, epoch, tasks, edge }: Page): void => {
    const facts = store.readFacts();
    if (facts?.epoch !== epoch) return;
    const next = { ...facts, pages: { ...facts.pages, [list]: edge } };
    let taken: Task[] = [];
    store.change(() => {
      taken = store.putTasks(tasks);
      store.setFacts(next);
    });
    if (isLeading()) void saveBase({ facts: next, tasks: taken, isReset: false, done: [] });
  };

  const applyStep = ({ epoch, step, tasks, done }: StepMessage): void => {
    const facts = store.readFacts();
    const isSame = (facts?.epoch ?? null) === epoch;
    store.change(() => {
      if (isSame) store.putTasks(tasks);
      removeWrites(done);
      if (isSame && facts && step && step.from <= facts.revision && step.to > facts.revision) {
        store.setFacts({ ...facts, revision: step.to });
      }
    });
    if (!isSame || (facts && step && step.from > facts.revision)) void look();
  };

  const tabs = openTabChannel(accountId, (message) => {
    if (message.type === 'written') putWrites(message.writes);
    else if (message.type === 'step') applyStep(message);
    else if (message.type === 'page') applyPage(message.page);
    else if (message.type === 'look') void look();
    else options.onMessage(message);
  });

  const loseDatabase = (): void => {
    database = null;
    for (const { writeId } of store.outbox.all()) unstored.add(writeId);
    store.loseDurability();
    options.onLost();
    onWork();
  };

  const connect = async (): Promise<void> => {
    try {
      database = await openLocalDatabase(accountId, (isDeleted) => (isDeleted ? options.onDeleted() : loseDatabase()));
    } catch {
      store.loseDurability();
    }
  };
  const connected = connect();
  const showFirst = async (): Promise<void> => {
    const first = await database?.readFirst().catch(() => null);
    if (first) store.putFirst(first);
  };
  const begun = connected.then(showFirst);
  const opened = begun.then(async () => {
    if (!store.getState().isWhole) await untilPainted();
    return look();
  });

  const storeWrite = (write: Write): Promise<number | undefined> | undefined =>
    database?.addWrite(write).catch(() => undefined);

  /** Whether a write of its task that was made before it is in this tab alone: it must not be sent ahead of that one. */
  const isBehindUnstored = ({ writeId, taskId }: Write): boolean => {
    const ofTask = store.outbox.ofTask(taskId);
    const own = ofTask.findIndex((write) => write.writeId === writeId);
    return ofTask.slice(0, own).some((write) => unstored.has(write.writeId));
  };

  const keep = async (write: Write): Promise<void> => {
    const order = await (database === null ? connected.then(() => storeWrite(write)) : storeWrite(write));
    const isGone = gone.has(write.writeId);
    if (isGone || order === undefined || isBehindUnstored(write)) {
      if (order !== undefined) await database?.removeWrites([order]).catch(() => {});
      if (isGone) return;
      unstored.add(write.writeId);
      store.loseDurability();
      onWork();
    } else {
      putWrites([{ ...write, order }]);
      tabs.post({ type: 'written', writes: [{ ...write, order }] });
    }
  };

  const replace = async (write: Write): Promise<void> => {
    putWrites([write]);
    if (!isStored(write)) return;
    await database?.putWrite(write).catch(() => store.loseDurability());
    tabs.post({ type: 'written', writes: [write] });
  };

  const readEpoch = (): string | null => store.readFacts()?.epoch ?? null;

  return {
    store,
    /** Resolves when there is something to show, or all has to be read or fetched for it. */
    begun,
    /** Resolves when the database was read, or denied. */
    opened,
    readDatabase: (): LocalDatabase | null => database,
    look,
    post: tabs.post,
    /** Whether the database does not hold it, so that no other tab can send it. */
    isUnstored: ({ writeId }: Write): boolean => unstored.has(writeId),

    /** On screen when it returns; it resolves when it is stored. */
    add(write: Write): Promise<void> {
      // On its way to the database before it is painted: a tab that is closed or dies then has not lost it.
      const kept = keep(write).finally(() => keeping.delete(kept));
      keeping.add(kept);
      store.putWrites([write]);
      return kept;
    },

    /** Takes what the server told. `since` is what was asked for; an answer that begins anew counts for that alone. */
    async receive(changes: Changes, since: number | undefined): Promise<void> {
      const facts = store.readFacts();
      if (changes.reset && since !== facts?.revision) return;
      const isWhole = changes.reset || facts === null;
      const revision = Math.max(changes.revision, facts?.revision ?? 0);
      const next = isWhole ? startFacts(changes) : { ...facts, revision };
      let taken: Task[] = [];
      store.change(() => {
        if (changes.reset) store.forgetTasks();
        taken = store.putTasks(changes.tasks);
        store.setFacts(next);
      });
      if (!isWhole && taken.length === 0 && next.revision === facts.revision) return;
      await saveBase({ facts: next, tasks: taken, isReset: changes.reset, done: [] });
      if (isWhole || taken.length > MESSAGE_MAX_TASKS) return tabs.post({ type: 'look' });
      const step = { from: facts.revision, to: next.revision };
      tabs.post({ type: 'step', epoch: next.epoch, step, tasks: taken, done: [] });
    },

    /** The server took a write, and answered the task; none where it is deleted. */
    async finish(write: Write, answer: Task | null): Promise<void> {
      const held = store.readTask(write.taskId);
      // Until the tombstone comes, half a revision stands for it: more than what is held, and less than what follows.
      const deleted =
        held?.deletedAt === null ? [{ ...held, deletedAt: write.madeAt, revision: held.revision + 0.5 }] : [];
      let tasks: Task[] = [];
      store.change(() => {
        tasks = store.putTasks(answer === null ? deleted : [answer]);
        removeWrites([write.writeId]);
      });
      await saveBase({ facts: null, tasks, isReset: false, done: isStored(write) ? [write.order] : [] });
      tabs.post({ type: 'step', epoch: readEpoch(), step: null, tasks, done: [write.writeId] });
    },

    refuse: (write: Write, failure: Refusal): Promise<void> => replace({ ...write, failure }),

    retry(writeId: string): void {
      const write = store.outbox.get(writeId);
      if (write && isFailed(write)) void replace({ ...write, failure: null });
    },

    discard(writeId: string): void {
      const write = store.outbox.get(writeId);
      if (!write || !isFailed(write)) return;
      const ofTask = store.outbox.ofTask(write.taskId);
      const given = ofTask.slice(ofTask.indexOf(write));
      const done = given.map((one) => one.writeId);
      removeWrites(done);
      onWork();
      const orders = given.filter(isStored).map(({ order }) => order);
      void database?.removeWrites(orders).catch(() => store.loseDurability());
      tabs.post({ type: 'step', epoch: readEpoch(), step: null, tasks: [], done });
    },

    async readAccount(): Promise<Account | null> {
      await connected;
      return (await database?.readAccount().catch(() => null)) ?? null;
    },
    async keepAccount(account: Account): Promise<void> {
      await connected;
      await database?.saveAccount(account).catch(() => {});
    },

    takePage(page: Page): void {
      applyPage(page);
      tabs.post({ type: 'page', page });
    },

    /** Resolves when everything that was asked for so far is stored. */
    async settle(): Promise<void> {
      await opened;
      await Promise.all(keeping);
      await saving;
    },
    close(): void {
      tabs.close();
      database?.close();
    },
  };
};
