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
 * Holds for the change of address that was asked for last, told by when its link ends and by its id. What was asked for
 * before stays void, also where its row was not there yet when the later wish voided what there was.
 */
export const isLatestEmailChange = (change: { userId: SQL; endsAt: SQL; id: SQL }): SQL => sql`
  not exists (
    select from email_links as later where later.user_id = ${change.userId} and later.kind = 'email-change'
      and (later.expires_at, later.id) > (${change.endsAt}, ${change.id})
  )
  and not exists (
    select from outbox as later where later.user_id = ${change.userId} and later.kind = 'email-change'
      and (later.created_at + ${LINK_LIFE}, later.id) > (${change.endsAt}, ${change.id})
  )`;

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
