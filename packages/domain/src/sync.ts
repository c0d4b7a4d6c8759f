import { z } from 'zod';
import { Task } from './task.ts';

/** Counts the changes of one user, from 1 on. */
const Revision = z.int('A revision is a whole number.').min(0);

export const PullInput = z.strictObject({ since: Revision.optional() });
export type PullInput = z.infer<typeof PullInput>;

/**
 * What changed, up to and including `revision`; deleted tasks are those whose `deletedAt` is set. `reset` says that the
 * answer begins anew, because what was asked for is no longer known: forget all other tasks.
 */
export const Changes = z.object({ revision: Revision, reset: z.boolean(), tasks: z.array(Task) });
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
