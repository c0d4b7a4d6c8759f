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
import { and, desc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { NEXT_REVISION, takeRevision, taskColumns } from '../task-rows.ts';
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

const statements = prepareOnce((db) => ({
  pageOfAll: preparePage(db, isNull(tasks.deletedAt)).prepare('tasks_page'),
  pageOfState: preparePage(db, and(isNull(tasks.deletedAt), eq(tasks.completed, sql.placeholder('completed')))).prepare(
    'tasks_page_of_state',
  ),
  pageOfTrash: preparePage(db, isNotNull(tasks.deletedAt)).prepare('tasks_page_of_trash'),
  find: db
    .select(taskColumns)
    .from(tasks)
    .where(
      and(eq(tasks.userId, sql.placeholder('userId')), eq(tasks.id, sql.placeholder('id')), isNull(tasks.deletedAt)),
    )
    .prepare('find_task'),
}));

/** Ahead of every task there can be. */
const BEFORE_FIRST = { createdAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

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
      const { pageOfAll, pageOfState, pageOfTrash } = statements(ctx.db);
      // One row more than asked for tells whether another page follows.
      const page = { ...(input.cursor ?? BEFORE_FIRST), userId: ctx.userId, limit: input.limit + 1 };
      const rows =
        input.deleted === true
          ? await pageOfTrash.execute(page)
          : input.completed === undefined
            ? await pageOfAll.execute(page)
            : await pageOfState.execute({ ...page, completed: input.completed });
      const items = rows.slice(0, input.limit);
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

  /** The same id again answers the task as it is, so that a repeated create is harmless. */
  create: protectedProcedure
    .meta({ openapi: { method: 'POST', path: '/tasks', summary: 'Add a task', tags: ['tasks'], protect: true } })
    .input(CreateTaskInput)
    .output(Task)
    .mutation(async ({ ctx, input }) => {
      const [task] = await ctx.db
        .with(takeRevision(ctx.db, ctx.userId))
        .insert(tasks)
        .values({
          userId: ctx.userId,
          id: input.id ?? uuidv7(),
          title: input.title,
          description: input.description ?? '',
          completedAt: input.completed === true ? sql`now()` : null,
          revision: NEXT_REVISION,
        })
        // An update that changes nothing: DO NOTHING would return no row, and so would a racing twin's snapshot.
        .onConflictDoUpdate({ target: [tasks.userId, tasks.id], set: { id: sql`excluded.id` } })
        .returning(taskColumns);
      if (task === undefined) throw new Error('INSERT ... ON CONFLICT DO UPDATE returned no row');
      return task;
    }),

  /** Only the fields that are named change. */
  update: protectedProcedure
    .meta({
      openapi: { method: 'PATCH', path: '/tasks/{id}', summary: 'Change a task', tags: ['tasks'], protect: true },
    })
    .input(UpdateTaskInput)
    .output(Task)
    .mutation(async ({ ctx, input }) => {
      const { id, completed, ...fields } = input;
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
        .where(isOwnLiveTask(ctx.userId, id))
        .returning(taskColumns);
      if (task === undefined) throw createNotFoundError();
      return task;
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
