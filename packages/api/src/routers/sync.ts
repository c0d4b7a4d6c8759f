// The declaration names a type of a subscription that only this module exports.
import type {} from '@trpc/server/unstable-core-do-not-import';
import { Changes, FollowChangesInput, PullInput } from '@docket/domain';
import { tracked, type TRPCRouterRecord } from '@trpc/server';
import { pullChanges } from '../changes.ts';
import { createUnauthorizedError, RetryLaterError } from '../errors.ts';
import { findSignedInUser } from '../signed-in-user.ts';
import { createStreamPlaces, waitForHint } from '../streams.ts';
import { protectedProcedure } from '../trpc.ts';

/** How soon a change shows whose hint got lost. */
const LOOK_EVERY_MS = 10_000;

const places = createStreamPlaces(30);

export const syncRouter = {
  /** What changed after a revision; without one, everything open and the latest completed. */
  pull: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/sync', summary: 'Pull changes', tags: ['sync'], protect: true } })
    .input(PullInput)
    .output(Changes)
    .query(({ ctx, input }) => pullChanges(ctx.db, ctx.userId, input.since)),

  /**
   * Follows the user's changes: first what came after `lastEventId`, then each as it is made. An event's id is its
   * revision. It ends with UNAUTHORIZED as soon as the session does, and TOO_MANY_REQUESTS answers one stream too many.
   */
  changes: protectedProcedure.input(FollowChangesInput).subscription(async function* ({ ctx, input, signal }) {
    const place = places.take(ctx.userId);
    if (place === null) {
      throw new RetryLaterError({
        code: 'TOO_MANY_REQUESTS',
        message: 'Too many windows follow this account. Close one and try again.',
        retryAfterSeconds: 60,
      });
    }
    using _place = place;
    using hints = waitForHint(ctx.changeHints, ctx.userId, signal);
    let since = input.lastEventId;
    let isFirst = true;
    while (!hints.hasEnded()) {
      const changes = await pullChanges(ctx.db, ctx.userId, since);
      if (isFirst || changes.reset || changes.revision !== since) {
        isFirst = false;
        since = changes.revision;
        yield tracked(String(changes.revision), Changes.parse(changes));
      }
      await hints.next(LOOK_EVERY_MS);
      if ((await findSignedInUser(ctx.db, ctx.subject)) === null) throw createUnauthorizedError();
    }
  }),
} satisfies TRPCRouterRecord;
