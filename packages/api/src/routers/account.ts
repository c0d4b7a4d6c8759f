import { auditEvents, isUniqueViolation, prepareOnce, tasks, users } from '@docket/db';
import {
  Account,
  AccountExport,
  type ActivityEvent,
  ChangeEmailInput,
  ConfirmEmailInput,
  DeleteAccountInput,
  DoneOutput,
  ListActivityOutput,
  UpdateAccountInput,
} from '@docket/domain';
import { TRPCError, type TRPCRouterRecord } from '@trpc/server';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { readAddressKey } from '../address-key.ts';
import { recordEvents } from '../audit.ts';
import { createUnauthorizedError, FieldError } from '../errors.ts';
import { spendPoint } from '../limits.ts';
import { listLiveSessions } from '../live-sessions.ts';
import { checkCurrentPassword, reservePlace } from '../password-work.ts';
import { taskColumns } from '../task-rows.ts';
import { protectedProcedure, publicProcedure } from '../trpc.ts';

const ACTIVITY_MAX = 100;
/** As SQL has it: `LIMIT NULL`. */
const NO_LIMIT = null;

const statements = prepareOnce((db) => ({
  listActivity: db
    .select({
      id: auditEvents.id,
      kind: sql<ActivityEvent['kind']>`${auditEvents.kind}`,
      userAgent: auditEvents.userAgent,
      address: auditEvents.address,
      createdAt: auditEvents.createdAt,
    })
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.userId, sql.placeholder('userId')),
        gt(auditEvents.createdAt, sql`now() - interval '90 days'`),
      ),
    )
    .orderBy(desc(auditEvents.createdAt), desc(auditEvents.id))
    .limit(sql.placeholder('limit'))
    .prepare('list_activity'),
}));

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
    .output(DoneOutput)
    .mutation(async ({ ctx, input }) => {
      using place = reservePlace(ctx.passwords);
      if (input.newEmail === ctx.user.email) throw new FieldError('newEmail', 'This is your e-mail address already.');
      const checkedHash = await checkCurrentPassword(ctx, place, input.currentPassword);
      await spendPoint(ctx, 'resetAddress', readAddressKey(ctx.address));
      await spendPoint(ctx, 'resetEmail', ctx.digestEmail(input.newEmail));
      await ctx.db.execute(sql`
        with mail as (
          insert into outbox (id, user_id, kind, recipient)
          select ${uuidv7()}::uuid, id, 'email-change', ${input.newEmail}
          from users where id = ${ctx.userId} and hashed_password = ${checkedHash}
          returning user_id
        )
        ${recordEvents(
          ctx,
          { kind: 'email-change-requested', userId: sql`user_id`, email: input.newEmail },
          sql`from mail`,
        )}`);
      ctx.notifyOutbox();
      return { done: true as const };
    }),

  /** Takes over the address that a link was mailed to, once, and tells the old one; CONFLICT where it is taken by now. */
  confirmEmail: publicProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/account/confirm-email',
        summary: 'Confirm the new e-mail address',
        tags: ['account'],
        protect: false,
      },
    })
    .input(ConfirmEmailInput)
    .output(DoneOutput)
    .mutation(async ({ ctx, input }) => {
      const refuse = (): never => {
        throw new FieldError('token', 'This link was used already, or it is older than 30 minutes. Ask for a new one.');
      };
      const link = ctx.linkTokens.parse('email-change', input.token) ?? refuse();
      const [changed] = await ctx.db
        .execute(sql`
          with used as (
            update email_links set used_at = now() from users
            where email_links.user_id = ${link.userId} and email_links.id = ${link.linkId}
              and kind = 'email-change' and used_at is null and expires_at > now() and users.id = email_links.user_id
            returning email_links.user_id, email_links.email as new_email, users.email as old_email
          ),
          changed as (
            update users set email = used.new_email from used where users.id = used.user_id
            returning users.id, used.new_email, used.old_email
          ),
          notice as (
            insert into outbox (id, user_id, kind, recipient, new_email)
            select ${uuidv7()}::uuid, id, 'email-changed', old_email, new_email from changed
          ),
          recorded as (${recordEvents(ctx, { kind: 'email-changed', userId: sql`id` }, sql`from changed`)})
          select id from changed`)
        .catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error;
          throw new TRPCError({
            code: 'CONFLICT',
            message: 'This e-mail address has an account of its own by now. Your account keeps its old address.',
          });
        });
      if (changed === undefined) refuse();
      ctx.notifyOutbox();
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
    .query(({ ctx }) => statements(ctx.db).listActivity.execute({ userId: ctx.userId, limit: ACTIVITY_MAX })),

  /** Everything that is kept of the user, for the user. */
  export: protectedProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/account/export',
        summary: 'Export everything',
        tags: ['account'],
        protect: true,
      },
    })
    .output(AccountExport)
    .query(({ ctx }) =>
      ctx.largeReads.read(ctx, async () => {
        await ctx.db.execute(
          recordEvents(ctx, { kind: 'data-exported', userId: sql`id` }, sql`from users where id = ${ctx.userId}`),
        );
        return {
          exportedAt: new Date().toISOString(),
          account: ctx.user,
          sessions: await listLiveSessions(ctx.db, ctx),
          activity: await statements(ctx.db).listActivity.execute({ userId: ctx.userId, limit: NO_LIMIT }),
          tasks: await ctx.db
            .select(taskColumns)
            .from(tasks)
            .where(eq(tasks.userId, ctx.userId))
            .orderBy(tasks.createdAt, tasks.id),
        };
      }),
    ),

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
      using place = reservePlace(ctx.passwords);
      const checkedHash = await checkCurrentPassword(ctx, place, input.currentPassword);
      const [gone] = await ctx.db.execute(sql`
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
        select id from gone`);
      if (gone === undefined) throw createUnauthorizedError();
      ctx.keepRefreshToken(null);
      return { done: true as const };
    }),
} satisfies TRPCRouterRecord;
