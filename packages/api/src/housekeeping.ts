import { type Database, emailLinks, rateLimits, sessions } from '@docket/db';
import { lt, sql } from 'drizzle-orm';

/** Deletes what has served its time; safe to run at any moment and by several servers at once. */
export const purgeExpired = async (db: Database): Promise<void> => {
  await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
  await db.delete(emailLinks).where(lt(emailLinks.expiresAt, sql`now() - interval '1 day'`));
  await db.delete(rateLimits).where(lt(rateLimits.expire, Date.now()));
  await db.execute(sql`delete from audit_events where created_at < now() - interval '90 days'`);
};
