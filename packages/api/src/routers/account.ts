import { auditEvents, isUniqueViolation, prepareOnce, users } from '@docket/db';
import {
  Account,
  AccountExport,
  type ActivityEvent,
  ChangeEmailInput,
  ConfirmEmailInput,
  DeleteAccountInput,
  DoneOutput,
  ExportInput,
  ListActivityOutput,
  RequestLinkOutput,
  UpdateAccountInput,
} from '@docket/domain';
import { TRPCError, type TRPCRouterRecord } from '@trpc/server';
import { and, desc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { recordEvents } from '../audit.ts';
import { boundTasks } from '../bounded-tasks.ts';
import { createUnauthorizedError, FieldError } from '../errors.ts';
import { spendAddressPoint, spendPoint } from '../limits.ts';
import { listLiveSessions } from '../live-sessions.ts';
import { checkCurrentPassword, reservePlace } from '../password-work.ts';
import { createUsedLinkError, voidLinks } from '../mail/mailed-links.ts';
import { releaseNotice } from '../mail/notices.ts';
import { protectedProcedure } from '../trpc.ts';
import { executeRepeated, lockUser } from '../user-lock.ts';

/** Of each kind, so that no flood of one hides another. */
const ACTIVITY_MAX_OF_KIND = 20;
/** So many of the latest events are looked at. */
const ACTIVITY_MAX = 5_000;
const EXPORTED_ACTIVITY_MAX = 1_000;
const EXPORT_PAGE_MAX = 2_000;
/** With sessions and activity, a page stays below 4 MB. */
const EXPORT_MAX_BYTES = 2_500_000;

const statements = prepareOnce((db) => {
  const event = {
    id: auditEvents.id,
    kind: sql<ActivityEvent['kind']>`${auditEvents.kind}`.as('kind'),
    userAgent: auditEvents.userAgent,
    address: auditEvents.address,
    createdAt: auditEvents.createdAt,
  };
  const selectLatest = (limit: number) =>
    db
      .select(event)
      .from(auditEvents)
      .where(
        and(
          eq(auditEvents.userId, sql.placeholder('userId')),
          gt(auditEvents.createdAt, sql`now() - interval '90 days'`),
        ),
      )
      .orderBy(desc(auditEvents.createdAt), desc(auditEvents.id))
      .limit(limit);
  const latest = selectLatest(ACTIVITY_MAX).as('latest');
  const { id, kind, userAgent, address, createdAt } = latest;
  const place = sql<number>`row_number() over (partition by ${kind} order by ${createdAt} desc, ${id} desc)`.as(
    'place',
  );
  const ranked = db.select({ id, kind, userAgent, address, createdAt, place }).from(latest).as('ranked');
  const selectTasks = (which: SQL) => {
    const page = boundTasks(db, { which, order: sql`id` });
    return db.with(page).select({ task: page.task, found: page.found }).from(page).orderBy(page.number);
  };
  return {
    listActivity: db
      .select({
        id: ranked.id,
        kind: ranked.kind,
        userAgent: ranked.userAgent,
        address: ranked.address,
        createdAt: ranked.createdAt,
      })
      .from(ranked)
      .where(lte(ranked.place, ACTIVITY_MAX_OF_KIND))
      .orderBy(desc(ranked.createdAt), desc(ranked.id))
      .prepare('list_activity'),
    exportActivity: selectLatest(EXPORTED_ACTIVITY_MAX).prepare('export_activity'),
    exportFirstTasks: selectTasks(sql`true`).prepare('export_first_tasks'),
    exportNextTasks: selectTasks(sql`id > ${sql.placeholder('cursor')}::uuid`).prepare('export_next_tasks'),
  };
});

export const accountRouter = {
  /** Changes the name and the time zone, only what is named. */
  update: protectedProcedure
    .meta({
      openapi: { method: 'PATCH', path: '/account', summary: 'Change the profile', tags: ['account'], protect: true },
    })
    .input(UpdateAccountInput)
    .output(Account)
    .mutation(async ({ ctx, input }) => {
      if (Object.values(input).every((value) => value === undefined)) return ctx.user;
      const [account] = await ctx.db.update(users).set(input).where(eq(users.id, ctx.userId)).returning({
        id: users.id,
        email: users.email,
        name: users.name,
        timeZone: users.timeZone,
        createdAt: users.createdAt,
      });
      if (account === undefined) throw createUnauthorizedError();
      return account;
    }),

  /** Mails a link to the new address; the account keeps its old one until that is opened. */
  changeEmail: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/account/change-email',
        summary: 'Ask for another e-mail address',
        tags: ['account'],
        protect: true,
      },
    })
    .input(ChangeEmailInput)
    .output(RequestLinkOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx, ctx.user.email);
      if (input.newEmail === ctx.user.email) throw new FieldError('newEmail', 'This is your e-mail address already.');
      const checkedHash = await checkCurrentPassword(ctx, place, input.currentPassword);
      await spendAddressPoint(ctx, 'resetAddress');
      await spendPoint(ctx, 'emailChange', ctx.digestEmail(input.newEmail));
      const [asked] = await executeRepeated(
        ctx.db,
        sql`
        with account as (
          update users set email_change_id = ${uuidv7()}::uuid
          where id = ${ctx.userId} and hashed_password = ${checkedHash}
          returning id, email, password_version, email_change_id
        ),
        superseded_mails as (
          delete from outbox using account where outbox.user_id = account.id and outbox.kind = 'email-change'
        ),
        mail as (
          insert into outbox (id, user_id, kind, recipient, account_email, password_version)
          select email_change_id, id, 'email-change', ${input.newEmail}, email, password_version from account
          returning user_id
        ),
        recorded as (${recordEvents(
          ctx,
          { kind: 'email-change-requested', userId: sql`user_id`, email: input.newEmail },
          sql`from mail`,
        )})
        select user_id from mail`,
      );
      if (asked === undefined) throw new FieldError('currentPassword', 'This is not your current password any more.');
      ctx.notifyOutbox();
      return { done: true as const, isMailSent: ctx.sendsMail };
    }),

  /**
   * Takes over the address that a link was mailed to, once, and tells the old one; CONFLICT where it is taken by now.
   * Only for a session of the account, so that no stranger's mailbox is enough to take it over.
   */
  confirmEmail: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/account/confirm-email',
        summary: 'Confirm the new e-mail address',
        tags: ['account'],
        protect: true,
      },
    })
    .input(ConfirmEmailInput)
    .output(DoneOutput)
    .mutation(async ({ ctx, input }) => {
      const link = ctx.linkTokens.parse('email-change', input.token);
      if (link === null || link.userId !== ctx.userId) throw createUsedLinkError();
      const noticeId = uuidv7();
      const [changed] = await executeRepeated<{ email: string }>(
        ctx.db,
        sql`
        with used as (
          update email_links set used_at = now() from ${lockUser(ctx.userId)} as owner
          where email_links.user_id = owner.id and email_links.id = ${link.linkId}
            and email_links.kind = 'email-change' and email_links.used_at is null and email_links.expires_at > now()
            and email_links.account_email = owner.email and email_links.password_version = owner.password_version
            and email_links.id = owner.email_change_id
          returning email_links.user_id, email_links.email as new_email, owner.email
        ),
        account as (
          update users set email = used.new_email from used where users.id = used.user_id
          returning users.id, used.email, used.new_email
        ),
        ${voidLinks(link.linkId)},
        notice as (
          insert into outbox (id, user_id, kind, recipient, new_email)
          select ${noticeId}::uuid, id, 'email-changed', email, new_email from account
        ),
        recorded as (${recordEvents(ctx, { kind: 'email-changed', userId: sql`id` }, sql`from account`)})
        select email from account`,
      ).catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new TRPCError({
          code: 'CONFLICT',
          message: 'This e-mail address has an account of its own by now. Your account keeps its old address.',
        });
      });
      if (changed === undefined) throw createUsedLinkError();
      await releaseNotice(ctx, { id: noticeId, kind: 'email-changed', recipient: changed.email });
      return { done: true as const };
    }),

  /** What happened to the account's safety lately. */
  activity: protectedProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/account/activity',
        summary: 'Recent activity',
        tags: ['account'],
        protect: true,
      },
    })
    .output(ListActivityOutput)
    .query(({ ctx }) => statements(ctx.db).listActivity.execute({ userId: ctx.userId })),

  /** Everything that is kept of the user, for the user, a page at a time. The first page counts, and is recorded. */
  export: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/account/export',
        summary: 'Export everything',
        tags: ['account'],
        protect: true,
      },
      joinedList: 'tasks',
    })
    .input(ExportInput)
    .output(AccountExport)
    .mutation(async ({ ctx, input: { cursor } }) => {
      const isFirst = cursor === undefined;
      if (isFirst) await spendPoint(ctx, 'export', ctx.userId);
      return await ctx.largeReads.read(ctx, async () => {
        if (isFirst) {
          await ctx.db.execute(
            recordEvents(ctx, { kind: 'data-exported', userId: sql`id` }, sql`from users where id = ${ctx.userId}`),
          );
        }
        const { exportActivity, exportFirstTasks, exportNextTasks } = statements(ctx.db);
        const page = { userId: ctx.userId, rows: EXPORT_PAGE_MAX + 1, maxBytes: EXPORT_MAX_BYTES };
        const rows = isFirst
          ? await exportFirstTasks.execute(page)
          : await exportNextTasks.execute({ ...page, cursor });
        const hasMore = (rows[0]?.found ?? 0) > rows.length;
        return {
          exportedAt: new Date().toISOString(),
          account: ctx.user,
          sessions: isFirst ? await listLiveSessions(ctx.db, ctx) : [],
          activity: isFirst ? await exportActivity.execute({ userId: ctx.userId }) : [],
          tasks: rows.map(({ task }) => task),
          next: hasMore ? (rows.at(-1)?.task.id ?? null) : null,
        };
      });
    }),

  /** Deletes the account with everything that belongs to it, in one statement. */
  delete: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/account/delete',
        summary: 'Delete the account',
        tags: ['account'],
        protect: true,
      },
    })
    .input(DeleteAccountInput)
    .output(DoneOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx, ctx.user.email);
      const checkedHash = await checkCurrentPassword(ctx, place, input.currentPassword);
      const [gone] = await executeRepeated(
        ctx.db,
        sql`
        with clock as materialized (
          select user_id from change_clock where user_id = ${ctx.userId} for update
        ),
        gone as (
          delete from users
          where id = ${ctx.userId} and hashed_password = ${checkedHash}
            -- In the order in which every other change takes its locks: the clock, then the user.
            and (select count(*) from clock) >= 0
          returning id, email
        ),
        mail as (delete from outbox using gone where outbox.recipient = gone.email)
        select id from gone`,
      );
      if (gone === undefined) throw createUnauthorizedError();
      ctx.keepRefreshToken(null);
      return { done: true as const };
    }),
} satisfies TRPCRouterRecord;
