import { changeClock, type Database, prepareOnce, tasks, users } from '@docket/db';
import { type Changes, type ChangesPosition, formatChangesCursor, formatTaskCursor, type Task } from '@docket/domain';
import { eq, type SQL, sql } from 'drizzle-orm';
import { boundTasks } from './bounded-tasks.ts';

/** Of completed tasks the first answer has the latest; `tasks.list` has the rest. */
const RECENT_COMPLETED = 500;

/** The oldest completed task that an answer has which begins with what there is; no row where it has all of them. */
const findEdge = sql`
  select created_at, id from (
    select created_at, id, count(*) over () as count from (
      select created_at, id from tasks
      where user_id = ${sql.placeholder('userId')} and completed and deleted_at is null
      order by created_at desc, id desc limit ${sql.raw(String(RECENT_COMPLETED + 1))}
    ) newest
  ) counted
  where count > ${sql.raw(String(RECENT_COMPLETED))}
  order by created_at, id offset 1 limit 1`;

const keptEdge = sql`
  select ${sql.placeholder('edgeCreatedAt')}::timestamptz as created_at, ${sql.placeholder('edgeId')}::uuid as id
  where ${sql.placeholder('edgeId')}::uuid is not null`;

const isOpenOrRecent = sql`(deleted_at is null and (
  not completed or not exists (select from edge) or (created_at, id) >= (select created_at, id from edge)
))`;

/**
 * Clock and rows in ONE statement, so that they are of one snapshot: two would miss what commits between them. What was written
 * after the first page is left to the next pull, so that paging ends.
 */
const selectPage = (db: Database, { findsEdge, which }: { findsEdge: SQL; which: SQL }) => {
  const clock = db.$with('clock').as(
    db
      .select({ revision: changeClock.revision, purgedRevision: changeClock.purgedRevision })
      .from(changeClock)
      .where(eq(changeClock.userId, sql.placeholder('userId'))),
  );
  const edge = db.$with('edge', { createdAt: tasks.createdAt, id: tasks.id }).as(findsEdge);
  const page = boundTasks(db, {
    which: sql`${which}
      and revision <= coalesce(${sql.placeholder('target')}::bigint, (select revision from clock), 0)
      and (revision, id) > (${sql.placeholder('revision')}::bigint, ${sql.placeholder('id')}::uuid)`,
    order: sql`revision, id`,
  });
  return db
    .with(clock, edge, page)
    .select({
      revision: clock.revision,
      purgedRevision: clock.purgedRevision,
      edge: { createdAt: edge.createdAt, id: edge.id },
      found: page.found,
      task: page.task,
    })
    .from(users)
    .leftJoin(clock, sql`true`)
    .leftJoin(edge, sql`true`)
    .leftJoin(page, sql`true`)
    .where(eq(users.id, sql.placeholder('userId')))
    .orderBy(page.number);
};

const statements = prepareOnce((db) => ({
  begin: selectPage(db, { findsEdge: findEdge, which: isOpenOrRecent }).prepare('begin_changes'),
  goOn: selectPage(db, {
    findsEdge: keptEdge,
    which: sql`(${sql.placeholder('isSince')}::boolean or ${isOpenOrRecent})`,
  }).prepare('go_on_with_changes'),
}));

type Row = Awaited<ReturnType<ReturnType<typeof statements>['begin']['execute']>>[number];

/** After every row of the revision. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Where to go on: a page's end, a revision up to which all is known, or undefined to begin with what there is. */
export type PullFrom = ChangesPosition | number | undefined;

interface PageBounds {
  from: PullFrom;
  /** The most rows, and the most bytes of JSON; a page has one row at least. */
  limit: number;
  maxBytes: number;
}

interface Page {
  changes: Changes;
  /** Where the next page begins; null on the last one. */
  next: ChangesPosition | null;
}

const collect = (
  rows: readonly Row[],
  { target, since, reset }: { target: number | null; since: number | null; reset: boolean },
): Page => {
  const [first] = rows;
  const revision = target ?? first?.revision ?? 0;
  const edge = first?.edge ?? null;
  const found = rows.flatMap(({ task }): Task[] => (task === null ? [] : [task]));
  const last = found.at(-1);
  const next =
    last === undefined || found.length === first?.found
      ? null
      : { target: revision, since, revision: last.revision, id: last.id, edge };
  return {
    changes: {
      revision,
      reset,
      next: next === null ? null : formatChangesCursor(next),
      olderCompleted: edge === null ? null : formatTaskCursor(edge),
      tasks: found,
    },
    next,
  };
};

/** Whether a position cannot be gone on from: what came after it was purged, or it is from another history. */
const isLost = ([row]: readonly Row[], { target, since }: { target: number; since: number | null }): boolean =>
  target > (row?.revision ?? 0) || (since !== null && since < (row?.purgedRevision ?? 0));

/**
 * A page of what changed after `from`; without it, or where that is no longer known, the first page of everything open and the
 * latest completed.
 */
export const pullPage = async (db: Database, userId: string, { from, limit, maxBytes }: PageBounds): Promise<Page> => {
  const bounds = { userId, rows: limit + 1, maxBytes };
  if (from !== undefined) {
    const isFirst = typeof from === 'number';
    const { target, since, revision, id, edge } = isFirst
      ? { target: from, since: from, revision: from, id: LAST_ID, edge: null }
      : from;
    const rows = await statements(db).goOn.execute({
      ...bounds,
      isSince: since !== null,
      target: isFirst ? null : target,
      revision,
      id,
      edgeCreatedAt: edge?.createdAt ?? null,
      edgeId: edge?.id ?? null,
    });
    if (!isLost(rows, { target, since }))
      return collect(rows, { target: isFirst ? null : target, since, reset: false });
  }
  const rows = await statements(db).begin.execute({ ...bounds, target: null, revision: -1, id: LAST_ID });
  return collect(rows, { target: null, since: null, reset: from !== undefined });
};
