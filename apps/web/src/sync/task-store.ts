import type { Task } from '@docket/domain';
import type { BaseFacts } from './base-facts.ts';
import { layOver, type ShownTask } from './lay-over.ts';
import { createOutbox } from './outbox.ts';
import { createTaskLists, type TaskLists } from './task-lists.ts';
import { type FailedWrite, isFailed, type Write } from './writes.ts';

export type Connection = 'connecting' | 'live' | 'offline' | 'signed-out';

/** What the pages are made from. Another object after each change. */
export interface SyncState extends TaskLists {
  /** All of them by id; one and the same map, so compare what is in it and not the map. */
  readonly byId: ReadonlyMap<string, ShownTask>;
  /** How many writes wait to be sent, those behind a failed one included. */
  readonly pending: number;
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

/** The server's tasks as last heard, the outbox, and the views made of the two. */
export const createTaskStore = () => {
  const base = new Map<string, Task>();
  const outbox = createOutbox();
  const shown = new Map<string, ShownTask>();
  const lists = createTaskLists();
  const touched = new Set<string>();
  const listeners = new Set<() => void>();
  let facts: BaseFacts | null = null;
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
    const failed = outbox.all().filter(isFailed);
    return {
      ...lists.read(),
      byId: shown,
      pending: outbox.all().length - failed.length,
      failed,
      connection,
      isLoaded: facts !== null || shown.size > 0,
      isDurable,
      hasMoreCompleted: facts?.pages.completed.hasMore ?? false,
      hasMoreTrash: facts?.pages.trash.hasMore ?? false,
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
