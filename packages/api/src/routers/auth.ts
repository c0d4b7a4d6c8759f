import { ACCESS_TOKEN_TTL_SECONDS, PasswordQueueFullError, type Passwords } from '@docket/auth';
import { prepareOnce, sessions, users } from '@docket/db';
import { Account, LoginInput, LogoutOutput, SignupInput, TokenOutput } from '@docket/domain';
import { TRPCError, type TRPCRouterRecord } from '@trpc/server';
import { and, eq, lt, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Context } from '../context.ts';
import { RetryLaterError } from '../errors.ts';
import { protectedProcedure, publicProcedure } from '../trpc.ts';

const statements = prepareOnce((db) => ({
  findByEmail: db
    .select({ id: users.id, email: users.email, hashedPassword: users.hashedPassword })
    .from(users)
    .where(eq(users.email, sql.placeholder('email')))
    .prepare('find_user_by_email'),
}));

const reservePlace = (passwords: Passwords): ReturnType<Passwords['reserve']> => {
  try {
    return passwords.reserve();
  } catch (cause) {
    if (!(cause instanceof PasswordQueueFullError)) throw cause;
    throw new RetryLaterError({
      code: 'TOO_MANY_REQUESTS',
      message: `Too many people are signing in at this moment. Try again in ${cause.retryAfterSeconds} seconds.`,
      retryAfterSeconds: cause.retryAfterSeconds,
      cause,
    });
  }
};

/** The columns of a new session, in the order of the table: `INSERT ... SELECT` goes by position. */
const describeSession = (ctx: Context, sessionId: string) => ({
  id: sql`${sessionId}::uuid`.as('id'),
  userAgent: sql`${ctx.userAgent?.slice(0, 500) ?? null}::text`.as('user_agent'),
  address: sql`${ctx.address}::text`.as('address'),
  createdAt: sql`now()`.as('created_at'),
  expiresAt: sql`now() + ${ACCESS_TOKEN_TTL_SECONDS} * interval '1 second'`.as('expires_at'),
  revokedAt: sql`null::timestamptz`.as('revoked_at'),
});

const answerToken = async (
  ctx: Context,
  subject: { userId: string; email: string; sessionId: string },
): Promise<TokenOutput> => ({
  access_token: await ctx.accessTokens.sign(subject),
  token_type: 'bearer',
});

export const authRouter = {
  /** Makes an account and signs it in; CONFLICT where the e-mail is taken. */
  signup: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/auth/signup', summary: 'Sign up', tags: ['auth'], protect: false } })
    .input(SignupInput)
    .output(TokenOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx.passwords);
      const newUser = ctx.db.$with('new_user').as(
        ctx.db
          .insert(users)
          .values({
            id: uuidv7(),
            email: input.email,
            hashedPassword: await place.hash(input.password),
            name: input.name ?? null,
            ...(input.timeZone === undefined ? {} : { timeZone: input.timeZone }),
          })
          .onConflictDoNothing()
          .returning({ userId: users.id }),
      );
      const sessionId = uuidv7();
      const [session] = await ctx.db
        .with(newUser)
        .insert(sessions)
        .select((query) => query.select({ userId: newUser.userId, ...describeSession(ctx, sessionId) }).from(newUser))
        .returning({ userId: sessions.userId });
      if (session === undefined) {
        throw new TRPCError({
          code: 'CONFLICT',
          message: 'There is already an account for this e-mail address. Sign in instead.',
        });
      }
      return await answerToken(ctx, { userId: session.userId, email: input.email, sessionId });
    }),

  /** Signs in; UNAUTHORIZED, after the same work, whether the e-mail or the password is wrong. */
  login: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/auth/login', summary: 'Sign in', tags: ['auth'], protect: false } })
    .input(LoginInput)
    .output(TokenOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx.passwords);
      const [user] = await statements(ctx.db).findByEmail.execute({ email: input.email });
      const isRight = await place.verify(input.password, user?.hashedPassword ?? null);
      const sessionId = uuidv7();
      // The session begins only if the password that was checked is still the user's.
      const [session] =
        user === undefined || !isRight
          ? []
          : await ctx.db
              .with(
                ctx.db.$with('expired').as(
                  ctx.db
                    .delete(sessions)
                    .where(and(eq(sessions.userId, user.id), lt(sessions.expiresAt, sql`now()`)))
                    .returning({ id: sessions.id }),
                ),
              )
              .insert(sessions)
              .select((query) =>
                query
                  .select({ userId: users.id, ...describeSession(ctx, sessionId) })
                  .from(users)
                  .where(and(eq(users.id, user.id), eq(users.hashedPassword, user.hashedPassword))),
              )
              .returning({ userId: sessions.userId });
      if (user === undefined || session === undefined) {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The e-mail address or the password is wrong.' });
      }
      return await answerToken(ctx, { userId: session.userId, email: user.email, sessionId });
    }),

  /** Who is signed in. */
  me: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/auth/me', summary: 'Who is signed in', tags: ['auth'], protect: true } })
    .output(Account)
    .query(({ ctx }) => ctx.user),

  /** Ends this session; a token without one ends together with every other such token of the user. */
  logout: protectedProcedure
    .meta({ openapi: { method: 'POST', path: '/auth/logout', summary: 'Sign out', tags: ['auth'], protect: true } })
    .output(LogoutOutput)
    .mutation(async ({ ctx }) => {
      if (ctx.sessionId === null) {
        // `iat` counts whole seconds: from the next one on, a new token is told from the old.
        await ctx.db
          .update(users)
          .set({ tokensValidAfter: sql`date_trunc('second', now()) + interval '1 second'` })
          .where(eq(users.id, ctx.userId));
      } else {
        await ctx.db
          .update(sessions)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(sessions.userId, ctx.userId), eq(sessions.id, ctx.sessionId)));
      }
      return { ended: true as const };
    }),
} satisfies TRPCRouterRecord;
