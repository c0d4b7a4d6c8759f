import { changeClock, type Database, tasks } from '@docket/db';
import { eq, sql } from 'drizzle-orm';

/** What leaves of a task's row. */
export const taskColumns = {
  id: tasks.id,
  title: tasks.title,
  description: tasks.description,
  completed: tasks.completed,
  completedAt: tasks.completedAt,
  createdAt: tasks.createdAt,
  updatedAt: tasks.updatedAt,
  deletedAt: tasks.deletedAt,
  revision: tasks.revision,
};

const clockColumns = {
  revision: changeClock.revision,
  taskCount: changeClock.taskCount,
  byteCount: changeClock.byteCount,
};

/** The user's revision, and how much the user has. */
export const readClock = (db: Database, userId: string) =>
  db.$with('clock').as(db.select(clockColumns).from(changeClock).where(eq(changeClock.userId, userId)));

/** Takes the user's next revision, and reads how much the user has: part of every statement that writes rows of the user's. */
export const takeRevision = (db: Database, userId: string) =>
  db.$with('clock').as(
    db
      .insert(changeClock)
      .values({ userId, revision: 1 })
      .onConflictDoUpdate({ target: changeClock.userId, set: { revision: sql`${changeClock.revision} + 1` } })
      .returning(clockColumns),
  );

/** The revision that the statement took. */
export const NEXT_REVISION = sql`(select revision from clock)`;
