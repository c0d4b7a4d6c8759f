import { emailLinks, prepareOnce, users } from '@docket/db';
import {
  ChangePasswordInput,
  CheckResetLinkInput,
  CheckResetLinkOutput,
  DoneOutput,
  RequestLinkOutput,
  RequestPasswordResetInput,
  ResetPasswordInput,
} from '@docket/domain';
import type { TRPCRouterRecord } from '@trpc/server';
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { recordEvents } from '../audit.ts';
import type { Context } from '../context.ts';
import { FieldError } from '../errors.ts';
import { isKnownDevice } from '../known-device.ts';
import { spendAddressPoint, spendPoint, takeResetMail } from '../limits.ts';
import { checkCurrentPassword, checkNewPassword, reservePlace } from '../password-work.ts';
import { createUsedLinkError, voidLinks } from '../mail/mailed-links.ts';
import { releaseNotice } from '../mail/notices.ts';
import { protectedProcedure, publicProcedure } from '../trpc.ts';
import { executeRepeated, lockUser } from '../user-lock.ts';

const statements = prepareOnce((db) => ({
  findResetAccount: db
    .select({ email: users.email })
    .from(emailLinks)
    .innerJoin(
      users,
      and(
        eq(users.id, emailLinks.userId),
        eq(users.email, emailLinks.accountEmail),
        eq(users.passwordVersion, emailLinks.passwordVersion),
      ),
    )
    .where(
      and(
        eq(emailLinks.userId, sql.placeholder('userId')),
        eq(emailLinks.id, sql.placeholder('linkId')),
        eq(emailLinks.kind, 'password-reset'),
        isNull(emailLinks.usedAt),
        gt(emailLinks.expiresAt, sql`now()`),
      ),
    )
    .prepare('find_reset_account'),
}));

/**
 * What follows a new password, in the statement that sets it: `account` is the `UPDATE` of the user. Its next version
 * leaves every session behind but the one that is kept; links are void, and the owner is told (OWASP ASVS 5.0 6.3.7,
 * 7.4.3).
 */
const replacePassword = (
  ctx: Context,
  change: {
    account: SQL;
    kind: 'password-changed' | 'password-reset';
    keptSessionId: string | null;
    usedLinkId: string | null;
    noticeId: string;
  },
): SQL => sql`
  account as (${change.account}),
  kept as (
    update sessions set password_version = account.password_version from account
    where sessions.user_id = account.id and sessions.id = ${change.keptSessionId}::uuid and sessions.revoked_at is null
  ),
  ended as (
    update sessions set revoked_at = now() from account
    where sessions.user_id = account.id and sessions.id is distinct from ${change.keptSessionId}::uuid
      and sessions.revoked_at is null
  ),
  ${voidLinks(change.usedLinkId)},
  notice as (
    insert into outbox (id, user_id, kind, recipient)
    select ${change.noticeId}::uuid, id, 'password-changed', email from account
  ),
  recorded as (${recordEvents(ctx, { kind: change.kind, userId: sql`id` }, sql`from account`)})
  select email from account`;

const NEXT_VERSION = sql`password_version = users.password_version + 1,
  tokens_valid_after = date_trunc('second', now()) + interval '1 second'`;

export const passwordsRouter = {
  /** Changes the password of who is signed in, ends the other sessions, and tells the owner by mail. */
  changePassword: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/change-password',
        summary: 'Change the password',
        tags: ['auth'],
        protect: true,
      },
    })
    .input(ChangePasswordInput)
    .output(DoneOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx, ctx.user.email);
      checkNewPassword(ctx, 'newPassword', { password: input.newPassword, email: ctx.user.email });
      const checkedHash = await checkCurrentPassword(ctx, place, input.currentPassword);
      await spendPoint(ctx, 'passwordChange', ctx.userId);
      const noticeId = uuidv7();
      const account = sql`
        update users set hashed_password = ${await place.hash(input.newPassword)}, ${NEXT_VERSION}
        where id = ${ctx.userId} and hashed_password = ${checkedHash}
        returning id, email, password_version`;
      const [changed] = await executeRepeated<{ email: string }>(
        ctx.db,
        sql`with ${replacePassword(ctx, { account, kind: 'password-changed', keptSessionId: ctx.sessionId, usedLinkId: null, noticeId })}`,
      );
      if (changed === undefined) throw new FieldError('currentPassword', 'This is not your current password any more.');
      await releaseNotice(ctx, { id: noticeId, kind: 'password-changed', recipient: changed.email });
      return { done: true as const };
    }),

  /** Mails a link to the address if it has an account; the answer and the work are the same if not (OWASP ASVS 5.0 6.3.8). */
  requestPasswordReset: publicProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/request-password-reset',
        summary: 'Ask for a link to set a new password',
        tags: ['auth'],
        protect: false,
      },
    })
    .input(RequestPasswordResetInput)
    .output(RequestLinkOutput)
    .mutation(async ({ ctx, input: { email } }) => {
      await spendAddressPoint(ctx, 'resetAddress');
      const answer = { done: true as const, isMailSent: ctx.sendsMail };
      const mail = await takeResetMail(ctx, email, () => isKnownDevice(ctx, email));
      if (mail === null) return answer;
      // The same work whether it is somebody's address: both are looked up, and both rows are written.
      const userId = sql`(select id from users where email = ${email} for key share)`;
      const posting = ctx.db.execute(sql`
        with mail as (
          insert into outbox (id, kind, recipient, account_email, password_version)
          select ${uuidv7()}::uuid, 'password-reset', ${email}::text, users.email, users.password_version
          from (select) as nobody left join users on users.email = ${email}
        )
        ${recordEvents(ctx, { kind: 'password-reset-requested', userId, email }, sql``)}`);
      await posting.catch(async (error: unknown) => {
        await mail.giveBack().catch(() => {});
        throw error;
      });
      ctx.notifyOutbox();
      return answer;
    }),

  /** Whether a link can still set a password, so that nobody thinks of one for nothing. It uses nothing up. */
  checkResetLink: publicProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/check-reset-link',
        summary: 'Ask whether a link is still good',
        tags: ['auth'],
        protect: false,
      },
    })
    .input(CheckResetLinkInput)
    .output(CheckResetLinkOutput)
    .mutation(async ({ ctx, input }) => {
      await spendAddressPoint(ctx, 'linkCheck');
      const link = ctx.linkTokens.parse('password-reset', input.token);
      if (link === null) return { isGood: false };
      const [known] = await statements(ctx.db).findResetAccount.execute({ ...link });
      return { isGood: known !== undefined };
    }),

  /** Sets a new password by a mailed link, once, and ends every session; it signs nobody in. */
  resetPassword: publicProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/reset-password',
        summary: 'Set a new password by a link',
        tags: ['auth'],
        protect: false,
      },
    })
    .input(ResetPasswordInput)
    .output(DoneOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx, null);
      const link = ctx.linkTokens.parse('password-reset', input.token);
      if (link === null) throw createUsedLinkError();
      const [known] = await statements(ctx.db).findResetAccount.execute({ ...link });
      if (known === undefined) throw createUsedLinkError();
      checkNewPassword(ctx, 'newPassword', { password: input.newPassword, email: known.email });
      const noticeId = uuidv7();
      const account = sql`
        update users set hashed_password = ${await place.hash(input.newPassword)}, ${NEXT_VERSION} from used
        where users.id = used.user_id
        returning users.id, users.email, users.password_version`;
      const [changed] = await executeRepeated<{ email: string }>(
        ctx.db,
        sql`
        with used as (
          update email_links set used_at = now() from ${lockUser(link.userId)} as owner
          where email_links.user_id = owner.id and email_links.id = ${link.linkId}
            and email_links.kind = 'password-reset' and email_links.used_at is null and email_links.expires_at > now()
            and email_links.account_email = owner.email and email_links.password_version = owner.password_version
          returning email_links.user_id
        ),
        ${replacePassword(ctx, { account, kind: 'password-reset', keptSessionId: null, usedLinkId: link.linkId, noticeId })}`,
      );
      if (changed === undefined) throw createUsedLinkError();
      ctx.changeHints.announce(link.userId);
      await releaseNotice(ctx, { id: noticeId, kind: 'password-changed', recipient: changed.email });
      return { done: true as const };
    }),
} satisfies TRPCRouterRecord;
