import type { Task } from '@docket/domain';

/** What a person changes of a task. */
export type TaskFields = Pick<Task, 'title' | 'description' | 'completed'>;
export type NewTaskFields = Pick<TaskFields, 'title'> & Partial<TaskFields>;

/** One change of one task, as it is asked for. Whoever makes the id of a new task makes a UUID v7. */
export type Change =
  | { readonly kind: 'create'; readonly taskId: string; readonly fields: NewTaskFields }
  | { readonly kind: 'update'; readonly taskId: string; readonly fields: Partial<TaskFields> }
  | { readonly kind: 'delete'; readonly taskId: string }
  | { readonly kind: 'restore'; readonly taskId: string };

/** Why the server will not take a write: its code, and a sentence for a person. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** A change in the outbox. */
export type Write = Change & {
  readonly writeId: string;
  /** Its place in the outbox, across all tabs; Infinity until the database has given it one. */
  readonly order: number;
  readonly madeAt: string;
  readonly failure: Refusal | null;
};
export type FailedWrite = Write & { readonly failure: Refusal };

export const isFailed = (write: Write): write is FailedWrite => write.failure !== null;

/** Whether the database holds it. */
export const isStored = (write: Write): boolean => write.order !== Infinity;

const pickFormer = (before: Task, fields: Partial<TaskFields>): Partial<TaskFields> => ({
  ...(fields.title === undefined ? {} : { title: before.title }),
  ...(fields.description === undefined ? {} : { description: before.description }),
  ...(fields.completed === undefined ? {} : { completed: before.completed }),
});

/** What undoes a change of a task that was `before`; null where nobody knows what was. */
export const invert = (change: Change, before: Task | undefined): Change | null => {
  const { taskId } = change;
  if (change.kind === 'create' || change.kind === 'restore') return { kind: 'delete', taskId };
  if (change.kind === 'delete') return { kind: 'restore', taskId };
  return before === undefined ? null : { kind: 'update', taskId, fields: pickFormer(before, change.fields) };
};
