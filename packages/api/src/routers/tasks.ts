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
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { protectedProcedure } from '../trpc.ts';

const columns = {
  id: tasks.id,
  title: tasks.title,
  description: tasks.description,
  completed: tasks.completed,
  completedAt: tasks.completedAt,
  createdAt: tasks.createdAt,
  updatedAt: tasks.updatedAt,
};

/** One page, newest first, that begins behind (createdAt, id): a range of an index, however far down it lies. */
const preparePage = (db: Database, filter: SQL | undefined) =>
  db
    .select(columns)
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
  pageOfAll: preparePage(db, undefined).prepare('tasks_page'),
  pageOfState: preparePage(db, eq(tasks.completed, sql.placeholder('completed'))).prepare('tasks_page_of_state'),
  find: db
    .select(columns)
    .from(tasks)
    .where(and(eq(tasks.userId, sql.placeholder('userId')), eq(tasks.id, sql.placeholder('id'))))
    .prepare('find_task'),
}));

/** Ahead of every task there can be. */
const BEFORE_FIRST = { createdAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** The same words for a task that never was and for one of somebody else's. */
const createNotFoundError = (): TRPCError =>
  new TRPCError({ code: 'NOT_FOUND', message: 'There is no such task. It may have been deleted.' });

export const tasksRouter = {
  list: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '/tasks', summary: 'List tasks', tags: ['tasks'], protect: true } })
    .input(ListTasksInput)
    .output(ListTasksOutput)
    .query(async ({ ctx, input }) => {
      const { pageOfAll, pageOfState } = statements(ctx.db);
      // One row more than asked for tells whether another page follows.
      const page = { ...(input.cursor ?? BEFORE_FIRST), userId: ctx.userId, limit: input.limit + 1 };
      const rows =
        input.completed === undefined
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
        .insert(tasks)
        .values({
          userId: ctx.userId,
          id: input.id ?? uuidv7(),
          title: input.title,
          description: input.description ?? '',
          completedAt: input.completed === true ? sql`now()` : null,
        })
        // An update that changes nothing: DO NOTHING would return no row, and so would a racing twin's snapshot.
        .onConflictDoUpdate({ target: [tasks.userId, tasks.id], set: { id: sql`excluded.id` } })
        .returning(columns);
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
        .update(tasks)
        .set({
          ...fields,
          ...(completed === undefined
            ? {}
            : { completedAt: completed ? sql`coalesce(${tasks.completedAt}, now())` : null }),
          updatedAt: sql`now()`,
        })
        .where(and(eq(tasks.userId, ctx.userId), eq(tasks.id, id)))
        .returning(columns);
      if (task === undefined) throw createNotFoundError();
      return task;
    }),

  delete: protectedProcedure
    .meta({
      openapi: { method: 'DELETE', path: '/tasks/{id}', summary: 'Delete a task', tags: ['tasks'], protect: true },
    })
    .input(TaskIdInput)
    .output(DeleteTaskOutput)
    .mutation(async ({ ctx, input }) => {
      const [task] = await ctx.db
        .delete(tasks)
        .where(and(eq(tasks.userId, ctx.userId), eq(tasks.id, input.id)))
        .returning({ id: tasks.id });
      if (task === undefined) throw createNotFoundError();
      return task;
    }),
} satisfies TRPCRouterRecord;
