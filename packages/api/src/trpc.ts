import { HashProcessError, InvalidTokenError } from '@docket/auth';
import { isDatabaseUnavailable } from '@docket/db';
import { initTRPC, type TRPCError } from '@trpc/server';
import type { Context } from './context.ts';
import { createUnauthorizedError, describeError, type ErrorFacts, readFieldErrors, RetryLaterError } from './errors.ts';
import type { ProcedureMeta } from './procedure-meta.ts';
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

/** An outage is not the caller's fault, and signs nobody out. */
const answerOutages = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (isDatabaseUnavailable(cause) || cause instanceof HashProcessError) {
    throw new RetryLaterError({
      code: 'SERVICE_UNAVAILABLE',
      message: 'Docket cannot reach its database just now. What is stored is safe. Try again in a moment.',
      retryAfterSeconds: 2,
      cause,
    });
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
  return next({ ctx: { user, userId: user.id, sessionId: subject.sessionId } });
});

/** For everybody. */
export const publicProcedure = t.procedure.use(answerOutages);

/**
 * For the bearer of a good token whose user and session live: `ctx.userId` is whose rows the procedure may touch.
 * Answers UNAUTHORIZED otherwise.
 */
export const protectedProcedure = publicProcedure.use(requireUser);
