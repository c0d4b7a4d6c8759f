import { type Database, prepareOnce, tasks } from '@docket/db';
import {
  CreateTaskInput,
  DeleteTaskOutput,
  formatTaskCursor,
  ListTasksInput,
  ListTasksOutput,
  Task,
  TaskIdInput,
  UpdateTaskInput,
} from '@docket/domain';
import { TRPCError, type TRPCRouterRecord } from '@trpc/server';
import { and, desc, eq, isNotNull, isNull, not, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { uuidv7 } from 'uuidv7';
import { ANSWER_MAX_BYTES, BATCHED_ANSWER_MAX_BYTES, takeFitting } from '../bounded-tasks.ts';
import { createFullError, fits } from '../quotas.ts';
import { NEXT_REVISION, readClock, takeRevision, taskColumns } from '../task-rows.ts';
import { protectedProcedure } from '../trpc.ts';

/** One page, newest first, that begins behind (createdAt, id): a range of an index, however far down it lies. */
const preparePage = (db: Database, filter: SQL | undefined) =>
  db
    .select(taskColumns)
    .from(tasks)
    .where(
      and(
        eq(tasks.userId, sql.placeholder('userId')),
        filter,
        sql`(${tasks.createdAt}, ${tasks.id}) < (${sql.placeholder('createdAt')}::timestamptz, ${sql.placeholder('id')}::uuid)`,
      ),
    )
    .orderBy(desc(tasks.createdAt), desc(tasks.id))
    .limit(sql.placeholder('limit'));

const IS_LIVE = isNull(tasks.deletedAt);
const IS_TRASH = isNotNull(tasks.deletedAt);
const IS_OF_STATE = eq(tasks.completed, sql.placeholder('completed'));

const selectTask = (db: Database, filter: SQL | undefined) =>
  db
    .select(taskColumns)
    .from(tasks)
    .where(and(eq(tasks.userId, sql.placeholder('userId')), eq(tasks.id, sql.placeholder('id')), filter));

const statements = prepareOnce((db) => ({
  live: preparePage(db, IS_LIVE).prepare('tasks_page'),
  liveOfState: preparePage(db, and(IS_LIVE, IS_OF_STATE)).prepare('tasks_page_of_state'),
  trash: preparePage(db, IS_TRASH).prepare('tasks_page_of_trash'),
  trashOfState: preparePage(db, and(IS_TRASH, IS_OF_STATE)).prepare('tasks_page_of_trash_of_state'),
  find: selectTask(db, isNull(tasks.deletedAt)).prepare('find_task'),
  findAnywhere: selectTask(db, undefined).prepare('find_task_anywhere'),
}));

/** Ahead of every task there can be. */
const BEFORE_FIRST = { createdAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

type TextOrColumn = string | PgColumn;

/** What a task's texts take of the quota, as the database counts them. */
const countBytes = (title: TextOrColumn, description: TextOrColumn): SQL =>
  sql`(octet_length(${title}::text) + octet_length(${description}::text))`;

const isOwnLiveTask = (userId: string, id: string) =>
  and(eq(tasks.userId, userId), eq(tasks.id, id), isNull(tasks.deletedAt));

/** The same words for a task that never was and for one of somebody else's. */
const createNotFoundError = (): TRPCError =>
  new TRPCError({ code: 'NOT_FOUND', message: 'There is no such task. It may have been deleted.' });

export const tasksRouter = {
  list: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/tasks', summary: 'List tasks', tags: ['tasks'], protect: true } })
    .input(ListTasksInput)
    .output(ListTasksOutput)
    .query(async ({ ctx, input }) => {
      const { live, liveOfState, trash, trashOfState } = statements(ctx.db);
      const { completed } = input;
      // One row more than asked for tells whether another page follows.
      const page = { ...(input.cursor ?? BEFORE_FIRST), userId: ctx.userId, limit: input.limit + 1 };
      const [all, ofState] = input.deleted === true ? [trash, trashOfState] : [live, liveOfState];
      const rows = completed === undefined ? await all.execute(page) : await ofState.execute({ ...page, completed });
      const maxBytes = ctx.isBatch ? BATCHED_ANSWER_MAX_BYTES : ANSWER_MAX_BYTES;
      const items = takeFitting(rows.slice(0, input.limit), maxBytes);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > items.length && last ? formatTaskCursor(last) : null };
    }),

  get: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/tasks/{id}', summary: 'Get a task', tags: ['tasks'], protect: true } })
    .input(TaskIdInput)
    .output(Task)
    .query(async ({ ctx, input }) => {
      const [task] = await statements(ctx.db).find.execute({ userId: ctx.userId, id: input.id });
      if (task === undefined) throw createNotFoundError();
      return task;
    }),

  /**
   * The same id again returns the task as it is, so that a repeated create is harmless. FORBIDDEN where the account has as much as
   * it can have.
   */
  create: protectedProcedure
    .meta({ openapi: { method: 'POST', path: '/tasks', summary: 'Add a task', tags: ['tasks'], protect: true } })
    .input(CreateTaskInput)
    .output(Task)
    .mutation(async ({ ctx, input }) => {
      const id = input.id ?? uuidv7();
      const { title, description = '' } = input;
      const [added] = await ctx.db
        .with(takeRevision(ctx.db, ctx.userId))
        .insert(tasks)
        // In the order of the table's columns, but for the one that is generated.
        .select(sql`
          select ${ctx.userId}::uuid, ${id}::uuid, ${title}::text, ${description}::text,
            case when ${input.completed === true} then now() end, now(), now(), null::timestamptz, revision
          from clock where ${fits(ctx.quotas, { tasks: 1, bytes: countBytes(title, description) })}`)
        // An update that changes nothing: DO NOTHING would return no row, and so would a racing twin's snapshot.
        .onConflictDoUpdate({ target: [tasks.userId, tasks.id], set: { id: sql`excluded.id` } })
        .returning(taskColumns);
      const task = added ?? (await statements(ctx.db).findAnywhere.execute({ userId: ctx.userId, id }))[0];
      if (task === undefined) throw createFullError(ctx.quotas);
      return task;
    }),

  /** Only the fields that are named change. FORBIDDEN where the texts grow and the account has as much as it can have. */
  update: protectedProcedure
    .meta({
      openapi: { method: 'PATCH', path: '/tasks/{id}', summary: 'Change a task', tags: ['tasks'], protect: true },
    })
    .input(UpdateTaskInput)
    .output(Task)
    .mutation(async ({ ctx, input }) => {
      const { id, completed, ...fields } = input;
      const { title = tasks.title, description = tasks.description } = fields;
      const growth = sql`(${countBytes(title, description)} - ${countBytes(tasks.title, tasks.description)})`;
      const isTaken = sql`(${growth} <= 0 or ${fits(ctx.quotas, { bytes: growth })})`;
      const [task] = await ctx.db
        .with(takeRevision(ctx.db, ctx.userId))
        .update(tasks)
        .set({
          ...fields,
          revision: NEXT_REVISION,
          ...(completed === undefined
            ? {}
            : { completedAt: completed ? sql`coalesce(${tasks.completedAt}, now())` : null }),
          updatedAt: sql`now()`,
        })
        .where(and(isOwnLiveTask(ctx.userId, id), isTaken))
        .returning(taskColumns);
      if (task !== undefined) return task;
      // A task that was in the trash may have been restored by now, so that it is there does not tell why it was not changed.
      const [refused] = await ctx.db
        .with(readClock(ctx.db, ctx.userId))
        .select({ id: tasks.id })
        .from(tasks)
        .where(and(isOwnLiveTask(ctx.userId, id), not(isTaken)));
      throw refused === undefined ? createNotFoundError() : createFullError(ctx.quotas);
    }),

  /** Puts a task into the trash, from where it can be restored for 30 days. */
  delete: protectedProcedure
    .meta({
      openapi: { method: 'DELETE', path: '/tasks/{id}', summary: 'Delete a task', tags: ['tasks'], protect: true },
    })
    .input(TaskIdInput)
    .output(DeleteTaskOutput)
    .mutation(async ({ ctx, input }) => {
      const [task] = await ctx.db
        .with(takeRevision(ctx.db, ctx.userId))
        .update(tasks)
        .set({ deletedAt: sql`now()`, revision: NEXT_REVISION })
        .where(isOwnLiveTask(ctx.userId, input.id))
        .returning({ id: tasks.id });
      if (task === undefined) throw createNotFoundError();
      return task;
    }),

  /** Takes a task out of the trash as it was; one that is not there is answered as it is. */
  restore: protectedProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/tasks/{id}/restore',
        summary: 'Restore a task',
        tags: ['tasks'],
        protect: true,
      },
    })
    .input(TaskIdInput)
    .output(Task)
    .mutation(async ({ ctx, input }) => {
      const [task] = await ctx.db
        .with(takeRevision(ctx.db, ctx.userId))
        .update(tasks)
        .set({ deletedAt: null, revision: NEXT_REVISION })
        .where(and(eq(tasks.userId, ctx.userId), eq(tasks.id, input.id)))
        .returning(taskColumns);
      if (task === undefined) throw createNotFoundError();
      return task;
    }),
} satisfies TRPCRouterRecord;
