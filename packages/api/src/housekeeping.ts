import { type Database, emailLinks, rateLimits, sessions } from '@docket/db';
import { lt, sql } from 'drizzle-orm';

/**
 * Whoever has not heard of these deletions by now has to begin anew, so the clock keeps the newest of them. It is locked
 * ahead of the tasks, as every change does: two that took their locks the other way round would block each other.
 */
const purgeTrash = async (db: Database): Promise<void> => {
  await db.execute(sql`
    with clock as materialized (
      select user_id from change_clock
      where user_id in (select user_id from tasks where deleted_at < now() - interval '30 days')
      order by user_id for update
    ),
    gone as (
      delete from tasks using clock
      where tasks.user_id = clock.user_id and tasks.deleted_at < now() - interval '30 days'
      returning tasks.user_id, tasks.revision
    )
    update change_clock set purged_revision = greatest(purged_revision, newest.revision)
    from (select user_id, max(revision) as revision from gone group by user_id) newest
    where change_clock.user_id = newest.user_id`);
};

/** Deletes what has served its time; safe to run at any moment and by several servers at once. */
export const purgeExpired = async (db: Database): Promise<void> => {
  await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
  await db.delete(emailLinks).where(lt(emailLinks.expiresAt, sql`now() - interval '1 day'`));
  await db.delete(rateLimits).where(lt(rateLimits.expire, Date.now()));
  await db.execute(sql`delete from audit_events where created_at < now() - interval '90 days'`);
  await purgeTrash(db);
};
