import type { Database } from '@docket/db';
import { type SQL, sql } from 'drizzle-orm';

/** So few rows that a statement stays far from its deadline, and keeps few others waiting. */
const BATCH_SIZE = 500;

/** Deletes at most so many rows that have served their time, and returns how many it did. */
type Step = (db: Database, limit: number) => Promise<number>;

/** What another statement holds is left for later: it is being used, or another server deletes it. */
const createStep =
  (table: 'sessions' | 'email_links' | 'rate_limits' | 'audit_events', hasServed: SQL): Step =>
  async (db, limit) => {
    const name = sql.identifier(table);
    const { count } = await db.execute(sql`
      with old as materialized (select ctid from ${name} where ${hasServed} limit ${limit} for update skip locked)
      delete from ${name} using old where ${name}.ctid = old.ctid`);
    return count;
  };

/**
 * Readers that have not heard of these deletions by now have to begin anew, so the clock keeps the newest of them. It is
 * locked ahead of the tasks, as every change does: two that took their locks the other way round would block each other.
 */
const purgeTrash: Step = async (db, limit) => {
  const isOld = sql`tasks.deleted_at < now() - interval '30 days'`;
  const [purged] = await db.execute<{ count: number }>(sql`
    with old as materialized (
      select user_id, id from tasks where ${isOld} order by deleted_at limit ${limit}
    ),
    clock as materialized (
      select user_id from change_clock where user_id in (select user_id from old) order by user_id for update
    ),
    gone as (
      delete from tasks using clock, old
      where tasks.user_id = clock.user_id and tasks.user_id = old.user_id and tasks.id = old.id and ${isOld}
      returning tasks.user_id, tasks.revision
    ),
    noted as (
      update change_clock set purged_revision = greatest(purged_revision, newest.revision)
      from (select user_id, max(revision) as revision from gone group by user_id) newest
      where change_clock.user_id = newest.user_id
    )
    select count(*)::int as count from gone`);
  return purged?.count ?? 0;
};

const STEPS: readonly Step[] = [
  createStep('sessions', sql`expires_at < now()`),
  createStep('email_links', sql`expires_at < now() - interval '1 day'`),
  createStep('rate_limits', sql`expire < extract(epoch from now()) * 1000`),
  createStep('audit_events', sql`created_at < now() - interval '90 days'`),
  purgeTrash,
];

/**
 * Deletes what has served its time, a batch after the other; safe to run at any moment and by several servers at once.
 *
 * @throws {AggregateError} at the end where a step failed; the others have done their work
 */
export const purgeExpired = async (db: Database, options: { batchSize?: number } = {}): Promise<void> => {
  const { batchSize = BATCH_SIZE } = options;
  const failures: unknown[] = [];
  for (const step of STEPS) {
    try {
      while ((await step(db, batchSize)) === batchSize);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not all that has served its time could be deleted');
};
