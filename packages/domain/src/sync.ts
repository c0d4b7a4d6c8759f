import { z } from 'zod';
import { formatTaskCursor, Task, TaskCursor } from './task.ts';
import { Id } from './text.ts';

/** Counts the changes of one user, from 1 on. */
const Revision = z.int('A revision is a whole number.').min(0);

/** The most rows that one page of changes has. */
export const CHANGES_PAGE_MAX = 2_000;

/** Where a page of changes ends, and all that the next page needs. */
export interface ChangesPosition {
  /** The revision of the first page: what was written later belongs to the next pull. */
  target: number;
  /** What the reader knew; null where the answer begins with what there is. */
  since: number | null;
  /** The last row of the page. */
  revision: number;
  id: string;
  /** In an answer that begins with what there is: the oldest completed task that belongs to it; null where all do. */
  edge: TaskCursor | null;
}

const CURSOR_MAX_CHARACTERS = 200;

/** The position as text: `target_since_revision_id`, and `_instant_id` of the edge. */
export const formatChangesCursor = ({ target, since, revision, id, edge }: ChangesPosition): string =>
  [target, since ?? 'first', revision, id, ...(edge === null ? [] : [formatTaskCursor(edge)])].join('_');

const RevisionText = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

const Position = z.object({
  target: RevisionText,
  since: z.union([z.literal('first').transform(() => null), RevisionText]),
  revision: RevisionText,
  id: Id,
  edge: TaskCursor.nullable(),
});

const readPosition = (cursor: string): ChangesPosition | null => {
  if (cursor.length > CURSOR_MAX_CHARACTERS) return null;
  const [target, since, revision, id, ...edge] = cursor.split('_');
  const position = { target, since, revision, id, edge: edge.length === 0 ? null : edge.join('_') };
  return Position.safeParse(position).data ?? null;
};

const ChangesCursor = z.string('`cursor` is the `next` of the page before.').transform((cursor, context) => {
  const position = readPosition(cursor);
  if (position !== null) return position;
  context.addIssue('`cursor` is not the `next` of a page. Leave it out to begin at the first page.');
  return z.NEVER;
});

export const PullInput = z.strictObject({
  since: Revision.optional(),
  /** Goes on from a page; `since` then counts for nothing. */
  cursor: ChangesCursor.optional(),
  limit: z.int('`limit` is a whole number.').min(1).max(CHANGES_PAGE_MAX).default(CHANGES_PAGE_MAX),
});
export type PullInput = z.input<typeof PullInput>;

/**
 * A page of what changed, up to and including `revision`; deleted tasks are those whose `deletedAt` is set. While `next` is not
 * null, more pages follow: only with the last one does the reader know everything up to `revision`, which is the same on all.
 * `reset` says that this page begins anew, because what was asked for is no longer known: forget all tasks, those of earlier
 * pages included. The pages that follow it go on as usual.
 */
export const Changes = z.object({
  revision: Revision,
  reset: z.boolean(),
  next: z.string().nullable(),
  /**
   * On each page of an answer that begins with what there is: the cursor from which `tasks.list {completed: true}` goes on;
   * null where it leaves out none.
   */
  olderCompleted: z.string().nullable(),
  tasks: z.array(Task),
});
export type Changes = z.infer<typeof Changes>;

/** The id of an event: a revision, or where more pages follow the cursor of the next one. */
const EventId = z.string('An event id is a revision or a cursor.').transform((id, context) => {
  if (/^\d{1,15}$/.test(id)) return Number(id);
  const position = readPosition(id);
  if (position !== null) return position;
  context.addIssue('`lastEventId` is not the id of an event. Leave it out to begin with what there is.');
  return z.NEVER;
});

/** The id of the last event that arrived; a revision may be a number, too. */
export const FollowChangesInput = z.strictObject({ lastEventId: z.union([Revision, EventId]).optional() });
export type FollowChangesInput = z.input<typeof FollowChangesInput>;
