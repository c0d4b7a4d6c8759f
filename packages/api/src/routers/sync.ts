// oxlint-disable-next-line import/no-empty-named-blocks, unicorn/require-module-specifiers -- the declaration names a type that only this module exports
import type {} from '@trpc/server/unstable-core-do-not-import';
import { Changes, CHANGES_PAGE_MAX, FollowChangesInput, PullInput } from '@docket/domain';
import { tracked, type TRPCRouterRecord } from '@trpc/server';
import { ANSWER_MAX_BYTES } from '../bounded-tasks.ts';
import { pullPage, type PullFrom } from '../changes.ts';
import { createUnauthorizedError, readOutage, RetryLaterError } from '../errors.ts';
import { readRevision } from '../signed-in-user.ts';
import { waitForHints } from '../streams.ts';
import { protectedProcedure } from '../trpc.ts';

/** Of one event: so much at most is held for a stream that nobody reads. */
const EVENT_MAX_BYTES = 256_000;
/** In one process, of one user. */
const MAX_STREAMS = 30;

/** An error, because whoever follows takes a plain end for the end of what there is to follow. */
const createStopError = (): RetryLaterError =>
  new RetryLaterError({
    code: 'SERVICE_UNAVAILABLE',
    message: 'This server stops. Follow the changes on the next one.',
    retryAfterSeconds: 1,
  });

export const syncRouter = {
  /** A page of what changed after a revision; without one, of everything open and the latest completed. */
  pull: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/sync', summary: 'Pull changes', tags: ['sync'], protect: true } })
    .input(PullInput)
    .output(Changes)
    .query(async ({ ctx, input: { since, cursor, limit } }) => {
      const bounds = { from: cursor ?? since, limit, maxBytes: ANSWER_MAX_BYTES };
      const page = await ctx.largeReads.read(ctx, () => pullPage(ctx.db, ctx.userId, bounds));
      return page.changes;
    }),

  /**
   * Follows the user's changes: first what came after `lastEventId`, be it nothing, then each as it is made. An event is a
   * page, and its id the revision or, where more pages follow, the cursor of the next one. UNAUTHORIZED ends it as soon as the session ends, SERVICE_UNAVAILABLE when the server stops or
   * its database cannot be reached, and TOO_MANY_REQUESTS answers one stream too many. Whoever reads slowly gets fewer
   * and larger events: what comes next is read only when the one before has been taken.
   */
  changes: protectedProcedure.input(FollowChangesInput.optional()).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    if (ctx.changeHints.countFollowers(ctx.userId) >= MAX_STREAMS) {
      throw new RetryLaterError({
        code: 'TOO_MANY_REQUESTS',
        message: 'Too many windows follow this account. Close one and try again.',
        retryAfterSeconds: 30,
      });
    }
    using hints = waitForHints(ctx.changeHints, ctx.userId, signal);
    const hasLeft = (): boolean => signal?.aborted === true;
    let from: PullFrom = input?.lastEventId;
    try {
      for (let isFirst = true; !hasLeft(); isFirst = false) {
        if (ctx.changeHints.hasStopped()) throw createStopError();
        const revision = await readRevision(ctx.db, ctx.subject);
        if (revision === null) throw createUnauthorizedError();
        if (isFirst || revision !== from) {
          const bounds = { from, limit: CHANGES_PAGE_MAX, maxBytes: EVENT_MAX_BYTES };
          const { changes, next } = await pullPage(ctx.db, ctx.userId, bounds);
          from = next ?? changes.revision;
          yield tracked(changes.next ?? String(changes.revision), Changes.parse(changes));
        }
        // A page that went on from a cursor ends where its first one began; what came after that has been hinted at already.
        if (from === revision) await hints.next(ctx.lookEveryMs);
      }
    } catch (error) {
      throw readOutage(error) ?? error;
    }
  }),
} satisfies TRPCRouterRecord;
