import { ListSessionsOutput, RevokeOtherSessionsOutput, RevokeSessionOutput, SessionIdInput } from '@docket/domain';
import { TRPCError, type TRPCRouterRecord } from '@trpc/server';
import { sql } from 'drizzle-orm';
import { recordEvents } from '../audit.ts';
import { listLiveSessions } from '../live-sessions.ts';
import { isLiveSessionOfUser } from '../session-life.ts';
import { protectedProcedure } from '../trpc.ts';
import { executeRepeated, lockUser } from '../user-lock.ts';

export const sessionsRouter = {
  /** Where the user is signed in. */
  list: protectedProcedure
    .meta({
      openapi: { method: 'GET', path: '/auth/sessions', summary: 'List sessions', tags: ['sessions'], protect: true },
    })
    .output(ListSessionsOutput)
    .query(({ ctx }) => listLiveSessions(ctx.db, ctx)),

  /** Ends one session, from the next call on; NOT_FOUND where the user has no such live one. */
  revoke: protectedProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/auth/sessions/{id}',
        summary: 'End a session',
        tags: ['sessions'],
        protect: true,
      },
    })
    .input(SessionIdInput)
    .output(RevokeSessionOutput)
    .mutation(async ({ ctx, input }) => {
      const [ended] = await executeRepeated(
        ctx.db,
        sql`
        with ended as (
          update sessions set revoked_at = now() from ${lockUser(ctx.userId)} as users
          where ${isLiveSessionOfUser} and sessions.id = ${input.id}
          returning sessions.user_id, sessions.id
        ),
        recorded as (${recordEvents(
          ctx,
          { kind: 'session-revoked', userId: sql`user_id`, sessionId: sql`id` },
          sql`from ended`,
        )})
        select id from ended`,
      );
      if (ended === undefined) {
        throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such session. It may have ended already.' });
      }
      return input;
    }),

  /** Ends every session but this one, and every token that has none. */
  revokeOthers: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/sessions/revoke-others',
        summary: 'End all other sessions',
        tags: ['sessions'],
        protect: true,
      },
    })
    .output(RevokeOtherSessionsOutput)
    .mutation(async ({ ctx }) => {
      const ended = await executeRepeated(
        ctx.db,
        sql`
        with ended as (
          update sessions set revoked_at = now() from ${lockUser(ctx.userId)} as users
          where ${isLiveSessionOfUser} and sessions.id is distinct from ${ctx.sessionId}::uuid
          returning sessions.id
        ),
        account as (
          update users set tokens_valid_after = date_trunc('second', now()) + interval '1 second'
          where id = ${ctx.userId} and ${ctx.sessionId}::uuid is not null
          returning id
        ),
        recorded as (${recordEvents(
          ctx,
          { kind: 'other-sessions-revoked', userId: sql`id` },
          sql`from users where id = ${ctx.userId}`,
        )})
        select id from ended`,
      );
      return { revoked: ended.length };
    }),
} satisfies TRPCRouterRecord;
