import type { LinkTokens } from '@docket/auth';
import { type Database, emailLinks, outbox, users } from '@docket/db';
import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import { composeWords, type Mail } from './compose-mail.ts';
import { LINK_LIFE } from './mailed-links.ts';

/** A row of the outbox. */
export type WaitingMail = typeof outbox.$inferSelect;

/** The mail that still has to go out. Every promise rejects where the database fails; any call may be repeated. */
export interface Outbox {
  /**
   * The mail whose turn it is, links ahead of notices, for the caller alone until its next attempt is due, at least 30
   * seconds later: a server process that dies loses no mail. `isFirstAttempt` asks only for what nobody has tried yet,
   * `isLink` only for mails with a link.
   */
  claim(options: { isFirstAttempt: boolean; isLink: boolean }): Promise<WaitingMail | undefined>;
  /** The text, with a link that is good from now on; null where nobody is to be written to, or no longer. */
  compose(mail: WaitingMail): Promise<Mail | null>;
  remove(id: string): Promise<void>;
  /** Gives up what is too old and answers how many mails that were. */
  purge(): Promise<number>;
  /** Everything that waits, newest last. */
  list(): Promise<WaitingMail[]>;
}

const NOTICE_LIFE = sql`interval '1 day'`;
/** 30 seconds, 1, 2, 4 ... and at most 30 minutes: longer than an attempt to send may take. */
const BACKOFF = sql`least(interval '30 minutes', interval '30 seconds' * power(2, ${outbox.attempts}))`;

const HAS_LINK = sql`${outbox.kind} in ('password-reset', 'email-change')`;
const IS_TOO_OLD = sql`${outbox.createdAt} <= now() - case when ${HAS_LINK} then ${LINK_LIFE} else ${NOTICE_LIFE} end`;

const PAGES = { 'password-reset': 'reset-password', 'email-change': 'confirm-email' } as const;

/** `publicUrl` is where people reach Docket, without a slash at its end. */
export const createOutbox = (options: { db: Database; linkTokens: LinkTokens; publicUrl: string }): Outbox => {
  const { db, linkTokens, publicUrl } = options;

  /**
   * The link's row and token; null where the link was used, is too old or was superseded, and where the account is not
   * what it was when the link was asked for, or never was.
   */
  const issueLink = async (mail: WaitingMail, purpose: keyof typeof PAGES): Promise<string | null> => {
    const createdAt = sql`${mail.createdAt}::timestamptz`;
    const endsAt = sql`${createdAt} + ${LINK_LIFE}`;
    const [link] = await db
      .insert(emailLinks)
      .select(
        db
          .select({
            userId: users.id,
            id: sql`${mail.id}::uuid`.as('id'),
            kind: sql`${purpose}::text`.as('kind'),
            email: sql`${mail.recipient}::text`.as('email'),
            accountEmail: users.email,
            passwordVersion: users.passwordVersion,
            expiresAt: sql`${endsAt}`.as('expires_at'),
            usedAt: sql`null::timestamptz`.as('used_at'),
          })
          .from(users)
          .where(
            and(
              mail.userId === null ? eq(users.email, mail.recipient) : eq(users.id, mail.userId),
              sql`${users.email} = ${mail.accountEmail} and ${users.passwordVersion} = ${mail.passwordVersion}::int`,
              sql`${endsAt} > now()`,
              purpose === 'email-change' ? eq(users.emailChangeId, mail.id) : undefined,
            ),
          ),
      )
      // An update that changes nothing: DO NOTHING would return no row where the link is known already.
      .onConflictDoUpdate({
        target: [emailLinks.userId, emailLinks.id],
        set: { id: sql`excluded.id` },
        setWhere: isNull(emailLinks.usedAt),
      })
      .returning({ userId: emailLinks.userId });
    if (link === undefined) return null;
    const token = linkTokens.format({ purpose, userId: link.userId, linkId: mail.id });
    return `${publicUrl}/${PAGES[purpose]}#token=${token}`;
  };

  return {
    claim: async ({ isFirstAttempt, isLink }) => {
      const due = db
        .select({ id: outbox.id })
        .from(outbox)
        .where(
          and(
            lte(outbox.nextAttemptAt, sql`now()`),
            sql`not ${IS_TOO_OLD}`,
            isFirstAttempt ? eq(outbox.attempts, 0) : undefined,
            isLink ? HAS_LINK : undefined,
          ),
        )
        .orderBy(sql`${HAS_LINK} desc`, asc(outbox.nextAttemptAt))
        .limit(1)
        .for('update', { skipLocked: true });
      const [mail] = await db
        .update(outbox)
        .set({ attempts: sql`${outbox.attempts} + 1`, nextAttemptAt: sql`now() + ${BACKOFF}` })
        // `=` and no IN: a plan may run an IN's query again for each row, and claim more than one.
        .where(eq(outbox.id, due))
        .returning();
      return mail;
    },

    compose: async (mail) => {
      const { kind, recipient } = mail;
      if (kind === 'password-reset' || kind === 'email-change') {
        const link = await issueLink(mail, kind);
        return link === null ? null : { recipient, ...composeWords(kind, link), link };
      }
      return { recipient, ...composeWords(kind, mail.newEmail ?? publicUrl), link: null };
    },

    remove: async (id) => {
      await db.delete(outbox).where(eq(outbox.id, id));
    },

    purge: async () => {
      const rows = await db.delete(outbox).where(IS_TOO_OLD).returning({ id: outbox.id });
      return rows.length;
    },

    list: () => db.select().from(outbox).orderBy(asc(outbox.createdAt), asc(outbox.id)),
  };
};
