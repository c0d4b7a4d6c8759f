import { type Database, isUndone } from '@docket/db';
import { type SQL, sql } from 'drizzle-orm';

/**
 * The user's newest row, locked until the statement is over; for a `WITH` or a `FROM`. Every statement that changes
 * sessions or links of a user takes it ahead of them, so that no two wait for each other.
 */
export const lockUser = (userId: string): SQL =>
  sql`(select * from users where users.id = ${userId}::uuid for no key update)`;

/** Runs a statement, and once more where the database undid it because another one was in its way. */
export const executeRepeated = async <Row extends Record<string, unknown>>(db: Database, statement: SQL) => {
  try {
    return await db.execute<Row>(statement);
  } catch (error) {
    if (!isUndone(error)) throw error;
    return await db.execute<Row>(statement);
  }
};
