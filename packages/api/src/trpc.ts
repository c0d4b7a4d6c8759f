import { setTimeout } from 'node:timers/promises';
import { InvalidTokenError } from '@docket/auth';
import { findViolatedForeignKey, withStatementBudget } from '@docket/db';
import { initTRPC, TRPCError } from '@trpc/server';
import type { Context } from './context.ts';
import {
  createUnauthorizedError,
  describeError,
  type ErrorFacts,
  readFieldErrors,
  readOutage,
  RetryLaterError,
} from './errors.ts';
import type { ProcedureMeta } from './procedure-meta.ts';
import { spendPoint } from './limits.ts';
import { findSignedInUser } from './signed-in-user.ts';

const collectFacts = (error: TRPCError, facts: Pick<ErrorFacts, 'httpStatus' | 'path' | 'requestId'>): ErrorFacts => {
  const fieldErrors = readFieldErrors(error);
  return {
    code: error.code,
    ...facts,
    ...(fieldErrors === undefined ? {} : { fieldErrors }),
    ...(error instanceof RetryLaterError ? { retryAfterSeconds: error.retryAfterSeconds } : {}),
  };
};

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter: ({ error, shape, path, ctx }) => ({
      message: describeError(error),
      code: shape.code,
      data: collectFacts(error, {
        httpStatus: shape.data.httpStatus,
        path: path ?? null,
        requestId: ctx?.requestId ?? null,
      }),
    }),
  });

export const { router, createCallerFactory } = t;

/** A call whose database hangs ends soon, however many statements it has. A stream's statements come later, each by itself. */
const answerOutages = t.middleware(async ({ ctx, next }) => {
  const result = await withStatementBudget(ctx.statementBudgetMs, () => next());
  const outage = result.ok ? null : readOutage(result.error.cause);
  if (outage !== null) throw outage;
  return result;
});

/** A client that does not heed a refusal but asks again at once would keep the process busy with refusing. */
const pauseRefusals = t.middleware(async ({ ctx, next }) => {
  const result = await next();
  if (!result.ok && result.error.code === 'TOO_MANY_REQUESTS') {
    await setTimeout(ctx.refusalPauseMs, undefined, { ref: false });
  }
  return result;
});

const requireUser = t.middleware(async ({ ctx, next }) => {
  if (ctx.bearerToken === null) throw createUnauthorizedError();
  const subject = await ctx.accessTokens.verify(ctx.bearerToken).catch((error: unknown) => {
    throw error instanceof InvalidTokenError ? createUnauthorizedError() : error;
  });
  const user = await findSignedInUser(ctx.db, subject);
  if (user === null) throw createUnauthorizedError();
  return next({ ctx: { user, userId: user.id, sessionId: subject.sessionId, subject } });
});

/** As drizzle names the reference of a row to its owner. */
const OWNER_KEY = /_user_id_users_id_fk$/;

/** An account may be deleted while a call of its user is under way: its rows then have no owner any more. */
const answerGoneOwner = t.middleware(async ({ next }) => {
  const result = await next();
  const violated = result.ok ? null : findViolatedForeignKey(result.error.cause);
  if (violated !== null && OWNER_KEY.test(violated)) throw createUnauthorizedError();
  return result;
});

const requireOwnPage = t.middleware(({ ctx, next }) => {
  if (ctx.isBatch) {
    throw new TRPCError({
      code: 'BAD_REQUEST',
      message: 'This call reads a cookie. Make it on its own, not in a batch.',
    });
  }
  if (!ctx.isFromOwnPage) {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: 'This call reads a cookie, so only a page of Docket may make it. Its Origin is not an allowed one.',
    });
  }
  return next();
});

/** For everybody. A refusal for calling too often takes its time. */
export const publicProcedure = t.procedure.use(pauseRefusals).use(answerOutages);

/**
 * For a browser that has our cookie: answers only a single call that a page of ours makes, so that no other site can
 * make it on the user's behalf (OWASP ASVS 5.0 3.5.1). BAD_REQUEST in a batch, FORBIDDEN for another origin.
 */
export const cookieProcedure = publicProcedure.use(requireOwnPage);

/**
 * For the bearer of a good token whose user and session live: `ctx.userId` is whose rows the procedure may touch.
 * Answers UNAUTHORIZED otherwise, and TOO_MANY_REQUESTS where the user called too often.
 */
export const protectedProcedure = publicProcedure
  .use(requireUser)
  .use(async ({ ctx, type, next }) => {
    await spendPoint(ctx, type === 'mutation' ? 'writes' : 'reads', ctx.userId);
    const result = await next();
    // By now it is committed.
    if (type === 'mutation' && result.ok) ctx.changeHints.announce(ctx.userId);
    return result;
  })
  .use(answerGoneOwner);
