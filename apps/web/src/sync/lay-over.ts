import type { Task } from '@docket/domain';
import { type FailedWrite, isFailed, type Write } from './writes.ts';

/** A task as it is on screen: the server's, with the outbox laid over it. */
export interface ShownTask extends Task {
  /** The server has not answered its create yet. */
  readonly isNew: boolean;
  /** A write of it waits to be sent or answered. */
  readonly isPending: boolean;
  /** The first write of it that was refused; those behind it wait. */
  readonly failure: FailedWrite | null;
}

/** A task as the server has it, with nothing laid over. */
export const toShown = (task: Task): ShownTask => ({ ...task, isNew: false, isPending: false, failure: null });

const createShown = (write: Write & { kind: 'create' }): ShownTask => ({
  id: write.taskId,
  title: write.fields.title,
  description: write.fields.description ?? '',
  completed: write.fields.completed ?? false,
  completedAt: write.fields.completed === true ? write.madeAt : null,
  createdAt: write.madeAt,
  updatedAt: write.madeAt,
  deletedAt: null,
  revision: 0,
  isNew: true,
  isPending: false,
  failure: null,
});

const applyWrite = (before: ShownTask | undefined, write: Write): ShownTask | undefined => {
  if (before === undefined) return write.kind === 'create' ? createShown(write) : undefined;
  // The server answers the create of a task that it has with the task as it is.
  if (write.kind === 'create') return before;
  if (write.kind === 'update') {
    const { completed = before.completed } = write.fields;
    const completedAt = completed ? (before.completedAt ?? write.madeAt) : null;
    return { ...before, ...write.fields, completedAt, updatedAt: write.madeAt };
  }
  // A task whose deletion was refused is still there; text that was refused stays on screen.
  if (isFailed(write)) return before;
  return { ...before, deletedAt: write.kind === 'delete' ? (before.deletedAt ?? write.madeAt) : null };
};

/**
 * A task of the server's with the writes of it laid over in their order, field by field: the later one wins. The server's
 * task is never touched, so a write that is refused or given up needs no undoing, and the answer to an earlier write does
 * not show through a later one. Undefined where there is nothing to show.
 */
export const layOver = (task: Task | undefined, writes: readonly Write[]): ShownTask | undefined => {
  let shown = task === undefined ? undefined : toShown(task);
  for (const write of writes) shown = applyWrite(shown, write);
  if (shown === undefined || writes.length === 0) return shown;
  const failure = writes.find(isFailed) ?? null;
  return { ...shown, failure, isPending: writes.some((write) => !isFailed(write)) };
};
