import type { RefreshTokenSubject } from '@docket/auth';
import { sql } from 'drizzle-orm';
import { recordEvents } from './audit.ts';
import type { Context } from './context.ts';
import { expiryAfterRefresh, isNewTokenDue, isNewTokenOnTrial, isRefreshable } from './session-life.ts';
import { executeRepeated, lockUser } from './user-lock.ts';

/** A session that goes on. */
export interface RefreshedSession {
  email: string;
  /** What the browser is to show from the next time on; null: what it has shown. */
  successor: RefreshTokenSubject | null;
}

/**
 * Goes on with a session by the token of its cookie, or ends it where the token is a copy (RFC 9700 4.14.2). Null where
 * the session has ended, by this call or before.
 *
 * `confirmed_counter` is the newest token that has lived: it was used a minute after it was made, so by then it was on
 * the browser's disk. It is good, and so is each of its children, for a browser that was killed comes back with an older
 * token. Once a child has lived, its parent and the other children are copies. One statement decides, by the database's clock.
 */
export const refreshSession = async (ctx: Context, shown: RefreshTokenSubject): Promise<RefreshedSession | null> => {
  const [counter, parent] = [sql`${shown.counter}::int`, sql`${shown.parent}::int`];
  const isChild = sql`(sessions.confirmed_counter = ${parent}
    and ${counter} > sessions.confirmed_counter and ${counter} <= sessions.refresh_counter)`;
  const isGood = sql`(sessions.confirmed_counter = ${counter} or ${isChild})`;
  const isOnTrial = sql`(sessions.refresh_counter = ${counter} and ${isNewTokenOnTrial})`;
  const statement = sql`
    with judged as (
      select sessions.user_id, sessions.id, users.email, ${isGood} as is_good, ${isGood} and ${isNewTokenDue} as is_renewed,
        ${isChild} and not ${isOnTrial} as has_lived
      from ${lockUser(shown.userId)} as users join sessions on sessions.user_id = users.id
      where sessions.id = ${shown.sessionId}::uuid and sessions.password_version = users.password_version
        and sessions.revoked_at is null and ${isRefreshable}
      for no key update of sessions
    ),
    moved as (
      update sessions set
        confirmed_counter = case when has_lived then ${counter} else confirmed_counter end,
        refresh_counter = refresh_counter + is_renewed::int,
        refreshed_at = case when is_renewed then now() else refreshed_at end,
        revoked_at = case when is_good then null else now() end,
        last_used_at = now(),
        expires_at = ${expiryAfterRefresh}
      from judged where sessions.user_id = judged.user_id and sessions.id = judged.id
      returning judged.*, refresh_counter as counter, confirmed_counter as parent
    ),
    recorded as (${recordEvents(
      ctx,
      { kind: 'refresh-replayed', userId: sql`user_id`, sessionId: sql`id` },
      sql`from judged where not is_good`,
    )})
    select email, counter, parent, is_good, is_renewed from moved`;
  const judge = () =>
    executeRepeated<{ email: string; counter: number; parent: number; is_good: boolean; is_renewed: boolean }>(
      ctx.db,
      statement,
    );
  let [session] = await judge();
  // The row may have been older than the user's, whose lock was waited for: a change of the password takes both along.
  if (session === undefined) [session] = await judge();
  if (session === undefined) return null;
  if (!session.is_good) {
    ctx.changeHints.announce(shown.userId);
    return null;
  }
  const successor = { ...shown, counter: session.counter, parent: session.parent };
  return { email: session.email, successor: session.is_renewed ? successor : null };
};
