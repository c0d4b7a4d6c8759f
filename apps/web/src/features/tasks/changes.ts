import { CreateTaskInput, type Task, TaskIdInput, UpdateTaskInput } from '@docket/domain';
import { z } from 'zod';

/** A call that changes tasks and whose outcome is not in the lists yet: under way, or failed with text that must not be lost. */
export type Change = {
  readonly mutationId: number;
  readonly submittedAt: string;
  readonly error: unknown;
} & (
  | { readonly kind: 'create'; readonly input: z.infer<typeof CreatedInput> }
  | { readonly kind: 'update'; readonly input: z.infer<typeof UpdateTaskInput> }
  | { readonly kind: 'delete'; readonly input: z.infer<typeof TaskIdInput> }
);

/** A task as it is on screen: the server's, with the changes laid over it. */
export type ShownTask = Task & {
  /** The server has not answered the create yet, so there is nothing to open or change there. */
  readonly isNew: boolean;
  readonly failure: Change | null;
};

const CreatedInput = CreateTaskInput.required({ id: true });

const MutationKey = z.tuple([z.tuple([z.literal('tasks'), z.enum(['create', 'update', 'delete'])])]);

/** Null for whatever is no change of a task. */
export const toChange = (
  mutationKey: unknown,
  change: Omit<Change, 'kind' | 'input'>,
  variables: unknown,
): Change | null => {
  const key = MutationKey.safeParse(mutationKey);
  if (!key.success) return null;
  const kind = key.data[0][1];
  if (kind === 'create') {
    const input = CreatedInput.safeParse(variables);
    return input.success ? { ...change, kind, input: input.data } : null;
  }
  if (kind === 'update') {
    const input = UpdateTaskInput.safeParse(variables);
    return input.success ? { ...change, kind, input: input.data } : null;
  }
  const input = TaskIdInput.safeParse(variables);
  return input.success ? { ...change, kind, input: input.data } : null;
};

const isFailed = (change: Change): boolean => change.error !== null;

/** True for a failed change that holds something one wrote: it stays on screen until it is sent again or given up. */
export const holdsText = ({ kind, input }: Change): boolean =>
  kind === 'create' || (kind === 'update' && (input.title !== undefined || input.description !== undefined));

/** One object for one answer of the server, so that rows that did not change do not render again. */
const untouched = new WeakMap<Task, ShownTask>();

const show = (task: Task): ShownTask => {
  const shown = untouched.get(task) ?? { ...task, isNew: false, failure: null };
  untouched.set(task, shown);
  return shown;
};

/**
 * Newest first. What the server has not seen is newer than all that it has: calls go out in their order, and the clocks
 * of two machines cannot be compared.
 */
const byAge = (a: ShownTask, b: ShownTask): number =>
  Number(b.isNew) - Number(a.isNew) || b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id);

const layOver = (shown: Map<string, ShownTask>, change: Change): void => {
  const { kind, input, submittedAt } = change;
  const before = shown.get(input.id);
  const failure = isFailed(change) ? change : null;
  if (kind === 'create') {
    if (before) return;
    const { id, title, description = '', completed = false } = input;
    const completedAt = completed ? submittedAt : null;
    const createdAt = submittedAt;
    shown.set(id, {
      id,
      title,
      description,
      completed,
      completedAt,
      createdAt,
      updatedAt: createdAt,
      isNew: true,
      failure,
    });
  } else if (before && kind === 'update') {
    const { title = before.title, description = before.description } = input;
    const completed = failure ? before.completed : (input.completed ?? before.completed);
    const completedAt = completed ? (before.completedAt ?? submittedAt) : null;
    // What was written and not saved stays marked, whatever is done to the task after it.
    shown.set(input.id, { ...before, title, description, completed, completedAt, failure: failure ?? before.failure });
  } else if (kind === 'delete' && !failure) {
    shown.delete(input.id);
  }
};

/**
 * The server's tasks with the changes laid over them in the order they were made, newest task first. The server's own
 * answers are never touched, so a change that fails needs no undoing and cannot take another one with it.
 */
export const layChangesOver = (tasks: readonly Task[], changes: readonly Change[]): readonly ShownTask[] => {
  const shown = new Map<string, ShownTask>(tasks.map((task) => [task.id, show(task)]));
  for (const change of changes) layOver(shown, change);
  return [...shown.values()].toSorted(byAge);
};
