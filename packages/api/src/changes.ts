import { changeClock, type Database, prepareOnce, tasks, users } from '@docket/db';
import type { Changes, Task } from '@docket/domain';
import { and, eq, gt, type SQL, sql } from 'drizzle-orm';
import { taskColumns } from './task-rows.ts';

/** Of completed tasks the first answer has the latest; `tasks.list` has the rest. */
const RECENT_COMPLETED = 500;

/** Clock and rows in ONE statement, so that they are of one snapshot: two would miss what commits between them. */
const selectRows = (db: Database, which: SQL | undefined) =>
  db
    .select({ revision: changeClock.revision, purgedRevision: changeClock.purgedRevision, task: taskColumns })
    .from(users)
    .leftJoin(changeClock, eq(changeClock.userId, users.id))
    .leftJoin(tasks, and(eq(tasks.userId, users.id), which))
    .where(eq(users.id, sql.placeholder('userId')));

/** Two ranges of an index, however much else was completed. */
const isOpenOrRecent = sql`${tasks.id} in (
  select id from tasks where user_id = ${sql.placeholder('userId')} and not completed and deleted_at is null
  union all (
    select id from tasks where user_id = ${sql.placeholder('userId')} and completed and deleted_at is null
    order by created_at desc, id desc
    limit ${sql.raw(String(RECENT_COMPLETED))}
  )
)`;

const statements = prepareOnce((db) => ({
  everything: selectRows(db, isOpenOrRecent).prepare('pull_everything'),
  since: selectRows(db, gt(tasks.revision, sql.placeholder('since'))).prepare('pull_since'),
}));

interface Row {
  revision: number | null;
  purgedRevision: number | null;
  task: Task | null;
}

const collect = (rows: readonly Row[], reset: boolean): Changes => ({
  revision: rows[0]?.revision ?? 0,
  reset,
  next: null,
  olderCompleted: null,
  tasks: rows.flatMap(({ task }) => (task === null ? [] : [task])),
});

/** Whether `since` cannot be gone on from: what came after it was purged, or it is from another history. */
const isLost = ([row]: readonly Row[], since: number): boolean =>
  since < (row?.purgedRevision ?? 0) || since > (row?.revision ?? 0);

/** What changed after `since`; without it, or where it is too old, everything open and the latest completed. */
export const pullChanges = async (db: Database, userId: string, since: number | undefined): Promise<Changes> => {
  if (since !== undefined) {
    const rows = await statements(db).since.execute({ userId, since });
    if (!isLost(rows, since)) return collect(rows, false);
  }
  return collect(await statements(db).everything.execute({ userId }), since !== undefined);
};
