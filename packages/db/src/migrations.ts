import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { openConnection } from './connection.ts';
import type { Database } from './database.ts';
import { StatementDeadlineError } from './statement-deadlines.ts';

const FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
const OLDEST_VERSION = 14;
const CONNECT_DEADLINE_MS = 8_000;
/** Any number will do, as long as every replica takes the same one. */
const MIGRATION_LOCK = 7_303_014;

/** postgres.js tries again and again where something listens that is no database. */
export const withDeadline = async <Answer>(answer: Promise<Answer>, milliseconds: number): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new StatementDeadlineError('the database did not answer')), milliseconds);
  });
  return await Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
};

/** The database is older than Docket can run on. */
export class DatabaseVersionError extends Error {
  override readonly name = 'DatabaseVersionError';
}

/**
 * Brings the schema up to date, under a lock that other replicas wait for; safe to run again. It wants the
 * unpooled URL, because a pooler may hand the lock to another client.
 *
 * @throws {DatabaseUrlError} where the URL cannot be used
 * @throws {DatabaseVersionError} where PostgreSQL is older than 14
 */
export const migrateDatabase = async (url: string): Promise<void> => {
  const connection = openConnection(url, { maxConnections: 1 });
  try {
    const [server] = await withDeadline(
      connection<{ server_version_num: string; server_version: string }[]>`
        select current_setting('server_version_num') as server_version_num, current_setting('server_version') as server_version`,
      CONNECT_DEADLINE_MS,
    );
    if (server === undefined || Number(server.server_version_num) < OLDEST_VERSION * 10_000) {
      throw new DatabaseVersionError(
        `PostgreSQL ${server?.server_version ?? '(unknown)'} is too old; Docket needs ${OLDEST_VERSION} or later`,
      );
    }
    await connection`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(drizzle(connection), { migrationsFolder: FOLDER });
  } finally {
    await connection.end({ timeout: 1 });
  }
};

/** When the newest migration of this build was made, in milliseconds. */
export const readNewestMigration = (): number => {
  const journal: unknown = JSON.parse(readFileSync(`${FOLDER}/meta/_journal.json`, 'utf8'));
  if (typeof journal !== 'object' || journal === null || !('entries' in journal)) return 0;
  const entries: unknown[] = Array.isArray(journal.entries) ? journal.entries : [];
  const times = entries.map((entry) =>
    typeof entry === 'object' && entry !== null && 'when' in entry ? Number(entry.when) : 0,
  );
  return Math.max(0, ...times);
};

/** Whether the newest migration has been applied; fails where the database cannot be reached. */
export const isMigrated = async (db: Database, newest: number = readNewestMigration()): Promise<boolean> => {
  const [table] = await db.execute<{ exists: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
  );
  if (table?.exists !== true) return false;
  const [row] = await db.execute<{ applied: boolean }>(
    sql`select exists (select from drizzle.__drizzle_migrations where created_at >= ${newest}) as applied`,
  );
  return row?.applied === true;
};
