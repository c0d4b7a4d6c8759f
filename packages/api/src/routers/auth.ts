import { prepareOnce, users } from '@docket/db';
import { Account, LoginInput, LogoutOutput, SignupInput, TokenOutput } from '@docket/domain';
import { TRPCError, type TRPCRouterRecord } from '@trpc/server';
import { eq, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { describeDevice, recordEvents } from '../audit.ts';
import type { Context } from '../context.ts';
import { createUnauthorizedError } from '../errors.ts';
import { isKnownDevice } from '../known-device.ts';
import { countPasswordAttempt, spendAddressPoint, spendPoint } from '../limits.ts';
import { checkNewPassword, reservePlace } from '../password-work.ts';
import { refreshSession } from '../refresh-session.ts';
import { expiryOfNewSession, MAX_LIVE_SESSIONS } from '../session-life.ts';
import { cookieProcedure, protectedProcedure, publicProcedure } from '../trpc.ts';
import { executeRepeated, lockUser } from '../user-lock.ts';

const statements = prepareOnce((db) => ({
  findByEmail: db
    .select({ id: users.id, email: users.email, hashedPassword: users.hashedPassword })
    .from(users)
    .where(eq(users.email, sql.placeholder('email')))
    .prepare('find_user_by_email'),
}));

const answerToken = async (
  ctx: Context,
  { userId, sessionId, email }: { userId: string; sessionId: string; email: string },
): Promise<TokenOutput> => ({
  access_token: await ctx.accessTokens.sign({ userId, sessionId, email }),
  token_type: 'bearer',
});

/** The same for a session that has just begun, whose cookie the browser is to keep. */
const answerFirstToken = async (
  ctx: Context,
  subject: { userId: string; sessionId: string; email: string },
): Promise<TokenOutput> => {
  const token = await answerToken(ctx, subject);
  ctx.keepRefreshToken(ctx.refreshTokens.format({ ...subject, counter: 0, parent: 0 }));
  return token;
};

/** Begins a session for the row of `source`, which gives `id` and `password_version` of a user, and records it. */
const beginSession = async (
  ctx: Context,
  kind: 'signed-up' | 'signed-in',
  source: SQL,
): Promise<{ userId: string; sessionId: string } | null> => {
  const sessionId = uuidv7();
  const { userAgent, address } = describeDevice(ctx);
  const [begun] = await executeRepeated<{ user_id: string }>(
    ctx.db,
    sql`
    with account as (${source}),
    session as (
      insert into sessions (user_id, id, user_agent, address, expires_at, password_version)
      select id, ${sessionId}::uuid, ${userAgent}::text, ${address}::text, ${expiryOfNewSession}, password_version
      from account
      returning user_id, id
    ),
    recorded as (${recordEvents(ctx, { kind, userId: sql`user_id`, sessionId: sql`id` }, sql`from session`)})
    select user_id from session`,
  );
  return begun === undefined ? null : { userId: begun.user_id, sessionId };
};

/** Ends the oldest sessions beyond the limit, and says whether there were any (OWASP ASVS 5.0 7.1.2). */
const endSurplusSessions = async (ctx: Context, userId: string): Promise<boolean> => {
  const ended = await executeRepeated(
    ctx.db,
    sql`
    update sessions set revoked_at = now() from ${lockUser(userId)} as owner
    where sessions.user_id = owner.id and sessions.revoked_at is null and sessions.id in (
      select id from sessions where user_id = ${userId} and revoked_at is null and expires_at > now()
      order by created_at desc, id desc offset ${MAX_LIVE_SESSIONS}
    )
    returning sessions.id`,
  );
  return ended.length > 0;
};

/** The same whether the e-mail or the password is wrong. */
const createWrongPasswordError = (): TRPCError =>
  new TRPCError({ code: 'UNAUTHORIZED', message: 'The e-mail address or the password is wrong.' });

export const authRouter = {
  /** Makes an account and signs it in; CONFLICT where the e-mail is taken. */
  signup: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/auth/signup', summary: 'Sign up', tags: ['auth'], protect: false } })
    .input(SignupInput)
    .output(TokenOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx, input.email);
      await spendAddressPoint(ctx, 'signup');
      checkNewPassword(ctx, 'password', input);
      const hashedPassword = await place.hash(input.password);
      const session = await beginSession(
        ctx,
        'signed-up',
        sql`
          insert into users (id, email, hashed_password, name, time_zone)
          values (${uuidv7()}, ${input.email}, ${hashedPassword}, ${input.name ?? null}, ${input.timeZone ?? 'UTC'})
          on conflict do nothing
          returning id, password_version`,
      );
      if (session === null) {
        throw new TRPCError({
          code: 'CONFLICT',
          message: 'There is already an account for this e-mail address. Sign in instead.',
        });
      }
      return await answerFirstToken(ctx, { ...session, email: input.email });
    }),

  /** Signs in; UNAUTHORIZED, after the same work, whether the e-mail or the password is wrong. */
  login: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/auth/login', summary: 'Sign in', tags: ['auth'], protect: false } })
    .input(LoginInput)
    .output(TokenOutput)
    .mutation(async ({ ctx, input: { email, password } }) => {
      using place = reservePlace(ctx, email);
      const attempt = await countPasswordAttempt(ctx, email, () => isKnownDevice(ctx, email));
      const [user] = await attempt.lookUp(statements(ctx.db).findByEmail.execute({ email }));
      const isRight = await place.verify(password, user?.hashedPassword ?? null);
      if (user === undefined || !isRight) {
        // Locked, so that an account that is deleted at this moment is nobody's rather than a broken reference.
        const userId = sql`(select id from users where email = ${email} for key share)`;
        await ctx.db.execute(recordEvents(ctx, { kind: 'sign-in-failed', userId, email }, sql``));
        throw createWrongPasswordError();
      }
      await attempt.forgive();
      const hashedPassword = place.needsRehash(user.hashedPassword) ? await place.hash(password) : user.hashedPassword;
      // The session begins only if the password that was checked is still the user's.
      const session = await beginSession(
        ctx,
        'signed-in',
        hashedPassword === user.hashedPassword
          ? sql`select id, password_version from users
              where id = ${user.id} and hashed_password = ${hashedPassword} for no key update`
          : sql`update users set hashed_password = ${hashedPassword}
              where id = ${user.id} and hashed_password = ${user.hashedPassword}
              returning id, password_version`,
      );
      if (session === null) throw createWrongPasswordError();
      if (await endSurplusSessions(ctx, user.id)) ctx.changeHints.announce(user.id);
      return await answerFirstToken(ctx, { ...session, email: user.email });
    }),

  /** Exchanges the browser's cookie for an access token, and now and then for the next cookie. */
  refresh: cookieProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/refresh',
        summary: 'Refresh the session',
        tags: ['auth'],
        protect: false,
      },
    })
    .output(TokenOutput)
    .mutation(async ({ ctx }) => {
      const shown = ctx.refreshToken === null ? null : ctx.refreshTokens.parse(ctx.refreshToken);
      if (shown === null) throw createUnauthorizedError();
      await spendPoint(ctx, 'refresh', shown.sessionId);
      const session = await refreshSession(ctx, shown);
      // The browser's cookie stays: by now another tab may have signed in and got a new one.
      if (session === null) throw createUnauthorizedError();
      if (session.successor !== null) ctx.keepRefreshToken(ctx.refreshTokens.format(session.successor));
      return await answerToken(ctx, { ...shown, email: session.email });
    }),

  /**
   * Ends the session of the browser's cookie and has the browser forget it: for a page that has no token any more. Also
   * where there is no cookie, or none that is good, it returns, because nothing is left to end.
   */
  endCookieSession: cookieProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/end-cookie-session',
        summary: 'Sign out by the cookie',
        tags: ['auth'],
        protect: false,
      },
    })
    .output(LogoutOutput)
    .mutation(async ({ ctx }) => {
      const shown = ctx.refreshToken === null ? null : ctx.refreshTokens.parse(ctx.refreshToken);
      if (shown !== null) {
        await spendPoint(ctx, 'refresh', shown.sessionId);
        const ended = await executeRepeated(
          ctx.db,
          sql`
          with ended as (
            update sessions set revoked_at = now() from ${lockUser(shown.userId)} as owner
            where sessions.user_id = owner.id and sessions.id = ${shown.sessionId}::uuid and revoked_at is null
            returning sessions.user_id, sessions.id
          ),
          recorded as (${recordEvents(ctx, { kind: 'signed-out', userId: sql`user_id`, sessionId: sql`id` }, sql`from ended`)})
          select from ended`,
        );
        if (ended.length > 0) ctx.changeHints.announce(shown.userId);
      }
      ctx.keepRefreshToken(null);
      return { ended: true as const };
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
      const ended =
        ctx.sessionId === null
          ? // `iat` counts whole seconds: from the next one on, a new token is told from the old.
            sql`update users set tokens_valid_after = date_trunc('second', now()) + interval '1 second'
              where id = ${ctx.userId} returning id as user_id, null::uuid as id`
          : sql`update sessions set revoked_at = now() from ${lockUser(ctx.userId)} as owner
              where sessions.user_id = owner.id and sessions.id = ${ctx.sessionId}
              returning sessions.user_id, sessions.id`;
      await executeRepeated(
        ctx.db,
        sql`
        with ended as (${ended})
        ${recordEvents(ctx, { kind: 'signed-out', userId: sql`user_id`, sessionId: sql`id` }, sql`from ended`)}`,
      );
      ctx.keepRefreshToken(null);
      return { ended: true as const };
    }),
} satisfies TRPCRouterRecord;
