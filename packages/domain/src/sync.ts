import { z } from 'zod';
import { Task } from './task.ts';

/** Counts the changes of one user, from 1 on. */
const Revision = z.int('A revision is a whole number.').min(0);

/** The most rows that one page of changes has. */
export const CHANGES_PAGE_MAX = 2_000;

/** Where a page of changes ends: opaque text that holds all that the next page needs. */
const ChangesCursor = z
  .string('`cursor` is the `next` of the page before.')
  .max(200, '`cursor` is the `next` of the page before.');

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
 * `reset` says that the answer begins anew, because what was asked for is no longer known: forget all other tasks, those of
 * earlier pages included.
 */
export const Changes = z.object({
  revision: Revision,
  reset: z.boolean(),
  next: z.string().nullable(),
  /** Of an answer that begins anew: the cursor from which `tasks.list {completed: true}` goes on; null where it leaves out none. */
  olderCompleted: z.string().nullable(),
  tasks: z.array(Task),
});
export type Changes = z.infer<typeof Changes>;

/** The id of the last event that arrived, which is a revision; text where a client of the protocol sends it along. */
export const FollowChangesInput = z.strictObject({
  lastEventId: z
    .union([
      Revision,
      z
        .string()
        .regex(/^\d{1,15}$/, 'An event id is a revision.')
        .transform(Number),
    ])
    .optional(),
});
export type FollowChangesInput = z.input<typeof FollowChangesInput>;
