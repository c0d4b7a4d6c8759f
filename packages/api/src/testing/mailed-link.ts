import { randomUUID } from 'node:crypto';
import { createLinkTokens, type LinkPurpose } from '@docket/auth';
import { type Database, emailLinks, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';

/** Inserts a link of this account as the delivery does, and returns its token. It is good for 30 minutes if not told. */
export const makeMailedLink = async (
  { db, secret }: { db: Database; secret: string },
  link: { purpose: LinkPurpose; userId: string; email: string; expiresIn?: string | undefined },
): Promise<string> => {
  const { purpose, userId, email, expiresIn = '30 minutes' } = link;
  const linkId = randomUUID();
  if (purpose === 'email-change') await db.update(users).set({ emailChangeId: linkId }).where(eq(users.id, userId));
  await db.insert(emailLinks).values({
    userId,
    id: linkId,
    kind: purpose,
    email,
    accountEmail: sql`(select email from users where id = ${userId})`,
    passwordVersion: sql`(select password_version from users where id = ${userId})`,
    expiresAt: sql`now() + ${expiresIn}::interval`,
  });
  return createLinkTokens({ secret }).format({ purpose, userId, linkId });
};

/** What is written of the account into the outbox when a link is asked for: for the owner, or for an address. */
export const readAskedState = ({ userId, recipient }: { userId?: string | null | undefined; recipient: string }) => {
  const owner = sql`id = coalesce(${userId ?? null}::uuid, (select id from users where email = ${recipient}))`;
  return {
    accountEmail: sql<string>`(select email from users where ${owner})`,
    passwordVersion: sql<number>`(select password_version from users where ${owner})`,
  };
};

/** Has the account know of a change of address that waits in the outbox, as the statement does that asks for it. */
export const rememberChange = async (db: Database, mailId: string): Promise<void> => {
  await db.execute(sql`
    update users set email_change_id = outbox.id from outbox where outbox.id = ${mailId} and users.id = outbox.user_id`);
};
