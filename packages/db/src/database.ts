import type { Logger } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { type ConnectionOptions, openConnection } from './connection.ts';
import { limitStatements, StatementDeadlineError } from './statement-deadlines.ts';
import * as tables from './tables.ts';

export type Database = PostgresJsDatabase<typeof tables> & { $client: postgres.Sql };

export interface DatabaseHandle {
  db: Database;
  /** Waits up to five seconds for what runs, then closes every connection. */
  close(): Promise<void>;
}

/** How long a statement may take, and all statements of one call together. */
export const STATEMENT_DEADLINE_MS = 5_000;

export interface DatabaseOptions extends Partial<ConnectionOptions> {
  /** Sees each statement and its parameters, secrets among them. */
  logger?: Logger;
  /** After how long a statement is given up; five seconds if not told. */
  statementDeadlineMs?: number | undefined;
}

/**
 * A pool of at most ten connections, or `maxConnections`, opened by the first query.
 *
 * @throws {DatabaseUrlError} where the URL cannot be used
 */
export const openDatabase = (url: string, options: DatabaseOptions = {}): DatabaseHandle => {
  const { logger, statementDeadlineMs = STATEMENT_DEADLINE_MS, ...connectionOptions } = options;
  const pool = openConnection(url, { maxConnections: 10, ...connectionOptions });
  const connection = limitStatements(pool, statementDeadlineMs);
  return {
    db: drizzle(connection, { ...(logger === undefined ? {} : { logger }), schema: tables, casing: 'snake_case' }),
    close: () => connection.end({ timeout: 5 }),
  };
};

/**
 * Statements built once a database instead of once a call: building a query costs more than running it.
 * Answers a function that takes the database and returns what `build` made of it.
 */
export const prepareOnce = <Statements>(build: (db: Database) => Statements): ((db: Database) => Statements) => {
  const built = new WeakMap<Database, Statements>();
  return (db) => {
    const known = built.get(db);
    if (known !== undefined) return known;
    const statements = build(db);
    built.set(db, statements);
    return statements;
  };
};

const CONNECTION_FAULTS = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * SQLSTATE classes 08 (connection), 53 (resources), 57P (shut down), 25006 (a read-only standby), 40001 and 40P01 (two
 * statements in each other's way, one of which was undone), and 57014 (cancelled: it took too long, or it followed on the
 * connection of one that did).
 */
const UNAVAILABLE_SQLSTATE = /^(08...|53...|57014|57P..|25006|40001|40P01)$/;

/** Whether an error, or what caused it, says that the database cannot serve just now. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StatementDeadlineError) return true;
    const code: unknown = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string' && (CONNECTION_FAULTS.has(code) || UNAVAILABLE_SQLSTATE.test(code))) {
      return true;
    }
  }
  return false;
};

const readSqlStates = (error: unknown): unknown[] => {
  const states: unknown[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause) states.push(cause.code);
  }
  return states;
};

/** Whether a row was refused because one with the same key is there (SQLSTATE 23505). */
export const isUniqueViolation = (error: unknown): boolean => readSqlStates(error).includes('23505');

/** Whether a statement was undone because another one was in its way (SQLSTATE 40001, 40P01). */
export const isUndone = (error: unknown): boolean =>
  readSqlStates(error).some((state) => state === '40001' || state === '40P01');

/** The name of the foreign key for which a row was refused, because what it refers to is not there (SQLSTATE 23503). */
export const findViolatedForeignKey = (error: unknown): string | null => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === '23503' && 'constraint_name' in cause) return String(cause.constraint_name);
  }
  return null;
};
