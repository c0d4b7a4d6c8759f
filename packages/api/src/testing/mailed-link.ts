import { randomUUID } from 'node:crypto';
import { createLinkTokens, type LinkPurpose } from '@docket/auth';
import { type Database, emailLinks } from '@docket/db';
import { sql } from 'drizzle-orm';

/** Inserts a link of this account as the delivery does, and returns its token. It is good for 30 minutes if not told. */
export const makeMailedLink = async (
  { db, secret }: { db: Database; secret: string },
  link: { purpose: LinkPurpose; userId: string; email: string; expiresIn?: string | undefined },
): Promise<string> => {
  const { purpose, userId, email, expiresIn = '30 minutes' } = link;
  const linkId = randomUUID();
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
