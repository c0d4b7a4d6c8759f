import { type Database, tasks } from '@docket/db';
import type { Task } from '@docket/domain';
import { type SQL, sql } from 'drizzle-orm';
import { taskColumns } from './task-rows.ts';

/** An answer has at most 4 MB; some of that is around its rows. */
export const ANSWER_MAX_BYTES = 3_999_000;
/** A batch has up to ten answers. */
export const BATCHED_ANSWER_MAX_BYTES = 399_000;

/** More than the JSON of a task has besides its title and its description. */
const BYTES_BESIDE_TEXTS = sql.raw('300');

/**
 * The user's tasks in an order, as many as fit into `maxBytes` of JSON, at least one and fewer than `rows`; all three are
 * placeholders. `found` is how many there are up to `rows`: where that is more than came, others follow.
 */
export const boundTasks = (db: Database, { which, order }: { which: SQL; order: SQL }) =>
  db.$with('page', {
    task: taskColumns,
    number: sql<number>`number`.as('number'),
    found: sql<number>`found`.mapWith(Number).as('found'),
  }).as(sql`
      select * from (
        select *,
          sum(octet_length(to_json(title)::text) + octet_length(to_json(description)::text) + ${BYTES_BESIDE_TEXTS})
            over (order by number) as bytes
        from (
          -- JSON is no shorter than the text, whose length can be had without fetching it.
          select *, count(*) over () as found,
            sum(octet_length(title) + octet_length(description) + ${BYTES_BESIDE_TEXTS}) over (order by number) as text_bytes
          from (
            select *, row_number() over (order by ${order}) as number from ${tasks}
            where user_id = ${sql.placeholder('userId')} and ${which}
            order by ${order} limit ${sql.placeholder('rows')}
          ) candidates
        ) counted
        where number = 1 or text_bytes <= ${sql.placeholder('maxBytes')}
      ) weighed
      where number < ${sql.placeholder('rows')}::bigint and (number = 1 or bytes <= ${sql.placeholder('maxBytes')})`);

/** As many of the first tasks as fit into so many bytes of JSON, one at least; for few rows, where a statement that counts costs more. */
export const takeFitting = (found: readonly Task[], maxBytes: number): Task[] => {
  let bytes = 0;
  const end = found.findIndex((task, index) => {
    bytes += Buffer.byteLength(JSON.stringify(task)) + 1;
    return index > 0 && bytes > maxBytes;
  });
  return found.slice(0, end === -1 ? found.length : end);
};
