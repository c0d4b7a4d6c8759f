import { type SQL, sql } from 'drizzle-orm';
import { FieldError } from '../errors.ts';

/** The one refusal of a link, whatever it is void for. */
export const createUsedLinkError = (): FieldError =>
  new FieldError(
    'token',
    'This link was used already, a later one has taken its place, or it is older than 30 minutes. Ask for a new one.',
  );

/** How long a link is good, and so how long its mail is worth sending. */
export const LINK_LIFE = sql`interval '30 minutes'`;

/**
 * For a `WITH` in which `account` has the `id` and the `email` of a user: voids every link that is out but the one that
 * is used by the statement itself, and drops the mails with links that wait.
 */
export const voidLinks = (usedLinkId: string | null): SQL => sql`
  void_links as (
    update email_links set used_at = now() from account
    where email_links.user_id = account.id and email_links.id is distinct from ${usedLinkId}::uuid
      and email_links.used_at is null
  ),
  unsent_links as (
    delete from outbox using account
    where outbox.kind in ('password-reset', 'email-change')
      and (outbox.user_id = account.id or outbox.recipient = account.email)
  )`;
