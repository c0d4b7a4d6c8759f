import { z } from 'zod';
import { Id, Instant, KeysetInstant, Text, VisibleText } from './text.ts';

export const TITLE_MAX_CHARACTERS = 500;
export const DESCRIPTION_MAX_CHARACTERS = 10_000;

const Title = VisibleText('The title', TITLE_MAX_CHARACTERS);
const Description = Text('The description', DESCRIPTION_MAX_CHARACTERS);
const Completed = z.boolean('`completed` is true or false.');

export const Task = z.object({
  id: z.string().meta({ format: 'uuid' }),
  title: z.string(),
  description: z.string(),
  completed: z.boolean(),
  completedAt: Instant.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
  /** In the trash since; it is deleted for good 30 days later. */
  deletedAt: Instant.nullable(),
  /** Which change of the user's wrote it: the higher, the later. */
  revision: z.int(),
});
export type Task = z.infer<typeof Task>;

export const TaskIdInput = z.strictObject({ id: Id });
export type TaskIdInput = z.infer<typeof TaskIdInput>;

export const TASKS_PAGE_MAX = 100;

/** Where a page ends: the creation and the id of its last task, `2026-11-21T08:30:00.000Z_018f2c6e-…`. */
export const TaskCursor = z.string('`cursor` is the `nextCursor` of the page before.').transform((cursor, context) => {
  const [instant, id, ...rest] = cursor.split('_');
  const position = z.object({ createdAt: KeysetInstant, id: Id }).safeParse({ createdAt: instant, id });
  if (position.success && rest.length === 0) return position.data;
  context.addIssue('`cursor` is not the `nextCursor` of a page. Leave it out to begin at the first page.');
  return z.NEVER;
});
export type TaskCursor = z.output<typeof TaskCursor>;

/** The cursor of the page that follows the one ending with this task. */
export const formatTaskCursor = (last: TaskCursor): string => `${last.createdAt}_${last.id}`;

export const ListTasksInput = z.strictObject({
  completed: Completed.optional(),
  /** True: those in the trash, and no others. */
  deleted: z.boolean('`deleted` is true or false.').optional(),
  cursor: TaskCursor.nullish(),
  /** Which way a client walks; tRPC's infinite queries send it along. The answer is the same. */
  direction: z.enum(['forward', 'backward']).optional(),
  limit: z.int('`limit` is a whole number.').min(1).max(TASKS_PAGE_MAX).default(50),
});
export type ListTasksInput = z.input<typeof ListTasksInput>;

/** Newest first. `nextCursor` is null on the last page; another may have fewer than `limit` items, where these are large. */
export const ListTasksOutput = z.object({
  items: z.array(Task),
  nextCursor: z.string().nullable(),
});
export type ListTasksOutput = z.infer<typeof ListTasksOutput>;

/** `id` is made by the client (UUID v7), so that a repeated create answers the same task. */
export const CreateTaskInput = z.strictObject({
  id: Id.optional(),
  title: Title,
  description: Description.optional(),
  completed: Completed.optional(),
});
export type CreateTaskInput = z.input<typeof CreateTaskInput>;

/** Only the fields that are named change. */
export const UpdateTaskInput = z.strictObject({
  id: Id,
  title: Title.optional(),
  description: Description.optional(),
  completed: Completed.optional(),
});
export type UpdateTaskInput = z.input<typeof UpdateTaskInput>;

export const DeleteTaskOutput = z.object({ id: Id });
export type DeleteTaskOutput = z.infer<typeof DeleteTaskOutput>;
