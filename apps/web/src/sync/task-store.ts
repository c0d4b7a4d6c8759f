import type { Task } from '@docket/domain';
import type { BaseFacts } from './base-facts.ts';
import { FIRST_ROWS, type FirstRows, type StoredFirstRows } from './first-rows.ts';
import { layOver, type ShownTask } from './lay-over.ts';
import { createOutbox } from './outbox.ts';
import { createTaskLists, type ListCounts, nameList, type TaskLists } from './task-lists.ts';
import { type FailedWrite, isFailed, type Write } from './writes.ts';

export type Connection = 'connecting' | 'live' | 'offline' | 'signed-out';

/** What the pages are made from. Another object after each change. */
export interface SyncState extends TaskLists {
  /** All of them by id; one and the same map, so compare what is in it and not the map. */
  readonly byId: ReadonlyMap<string, ShownTask>;
  /** How many tasks each list has. */
  readonly counts: ListCounts;
  /** The lists hold all that this browser has of them, and not only their first rows. */
  readonly isWhole: boolean;
  /** How many writes wait to be sent, those behind a failed one included. */
  readonly pending: number;
  /** The write that has waited longest to be sent: while it stays the same one, nothing gets on. Null where none waits. */
  readonly oldestPending: string | null;
  readonly failed: readonly FailedWrite[];
  readonly connection: Connection;
  /** There is something to show, or it is known that there is nothing. */
  readonly isLoaded: boolean;
  /** Writes outlive this tab; false where the browser keeps nothing. */
  readonly isDurable: boolean;
  readonly hasMoreCompleted: boolean;
  readonly hasMoreTrash: boolean;
}

/** With more changes at once than this, sorting anew is cheaper. */
const MANY = 100;

const NONE: ListCounts = { open: 0, completed: 0, trash: 0 };

/** The server's tasks as last heard, the outbox, and the views made of the two. */
export const createTaskStore = () => {
  const base = new Map<string, Task>();
  const outbox = createOutbox();
  const shown = new Map<string, ShownTask>();
  const lists = createTaskLists();
  const touched = new Set<string>();
  const listeners = new Set<() => void>();
  let facts: BaseFacts | null = null;
  /** While there are only the first rows: what is known of the base, and how many more tasks it has in each list. */
  let first: { readonly facts: BaseFacts; readonly more: ListCounts } | null = null;
  let connection: Connection = 'connecting';
  let isDurable = true;

  const show = (id: string): void => {
    const before = shown.get(id);
    const after = layOver(base.get(id), outbox.ofTask(id));
    if (after) shown.set(id, after);
    else shown.delete(id);
    if (touched.size <= MANY) lists.replace(before, after);
  };

  const readState = (): SyncState => {
    const writes = outbox.all();
    const failed = writes.filter(isFailed);
    const { open, completed, trash } = lists.read();
    const more = first?.more ?? NONE;
    const pages = (facts ?? first?.facts)?.pages;
    return {
      open,
      completed,
      trash,
      counts: {
        open: open.length + more.open,
        completed: completed.length + more.completed,
        trash: trash.length + more.trash,
      },
      isWhole: first === null,
      byId: shown,
      pending: writes.length - failed.length,
      oldestPending: writes.find((write) => !isFailed(write))?.writeId ?? null,
      failed,
      connection,
      isLoaded: facts !== null || first !== null || shown.size > 0,
      isDurable,
      hasMoreCompleted: pages?.completed.hasMore ?? false,
      hasMoreTrash: pages?.trash.hasMore ?? false,
    };
  };
  let state = readState();
  let depth = 0;

  /** Whatever is changed inside is shown and told once, at its end. */
  const change = (act: () => void): void => {
    depth += 1;
    try {
      act();
    } finally {
      depth -= 1;
    }
    if (depth > 0) return;
    for (const id of touched) show(id);
    if (touched.size > MANY) lists.rebuild(shown.values());
    touched.clear();
    state = readState();
    for (const listener of listeners) listener();
  };

  return {
    change,
    getState: (): SyncState => state,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    readTask: (id: string): Task | undefined => base.get(id),
    readAll: (): readonly Task[] => [...base.values()],
    readFacts: (): BaseFacts | null => facts,
    setFacts: (next: BaseFacts): void =>
      change(() => {
        facts = next;
        first = null;
      }),
    setConnection: (next: Connection): void => {
      if (next === connection) return;
      change(() => {
        connection = next;
      });
    },
    loseDurability: (): void =>
      change(() => {
        isDurable = false;
      }),
    /** Shows the first rows of a base that is still to be read. */
    putFirst: (stored: StoredFirstRows): void =>
      change(() => {
        for (const task of stored.tasks) {
          base.set(task.id, task);
          touched.add(task.id);
        }
        const more = { ...stored.counts };
        for (const task of base.values()) more[nameList(task)] -= 1;
        first = { facts: stored.facts, more };
        for (const write of stored.writes) {
          outbox.put(write);
          touched.add(write.taskId);
        }
      }),
    /** What the next page is to show first. Not the trash, whose rows are in another order. */
    readFirst(): FirstRows {
      const { open, completed, trash } = lists.read();
      const counts = { open: open.length, completed: completed.length, trash: trash.length };
      for (const taskId of new Set(outbox.all().map((write) => write.taskId))) {
        const [before, after] = [base.get(taskId), shown.get(taskId)];
        if (before) counts[nameList(before)] += 1;
        if (after) counts[nameList(after)] -= 1;
      }
      const rows = [...open.slice(0, FIRST_ROWS), ...completed.slice(0, FIRST_ROWS)];
      return { tasks: rows.flatMap(({ id }) => base.get(id) ?? []), counts };
    },
    /** Answers those that were taken: a task only replaces an older one. */
    putTasks(tasks: readonly Task[]): Task[] {
      const taken = tasks.filter((task) => task.revision > (base.get(task.id)?.revision ?? -1));
      change(() => {
        for (const task of taken) {
          base.set(task.id, task);
          touched.add(task.id);
        }
      });
      return taken;
    },
    forgetTasks: (): void =>
      change(() => {
        for (const id of base.keys()) touched.add(id);
        base.clear();
      }),
    putWrites: (writes: readonly Write[]): void =>
      change(() => {
        for (const write of writes) {
          const known = outbox.get(write.writeId);
          const isAsFailed = known !== undefined && known.failure?.message === write.failure?.message;
          if (isAsFailed && known.order === write.order) continue;
          outbox.put(write);
          // A place in the outbox alone shows only where another write of the task is before or behind it.
          if (!isAsFailed || outbox.ofTask(write.taskId).length > 1) touched.add(write.taskId);
        }
      }),
    removeWrites: (writeIds: Iterable<string>): void =>
      change(() => {
        for (const writeId of writeIds) {
          const write = outbox.remove(writeId);
          if (write) touched.add(write.taskId);
        }
      }),
    outbox: { all: outbox.all, get: outbox.get, ofTask: outbox.ofTask, next: outbox.next },
  };
};
