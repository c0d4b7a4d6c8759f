import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { type DatabaseHandle, openDatabase } from '../database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export const TEMPLATE = 'docket_template';

export interface TestDatabase extends DatabaseHandle {
  url: string;
  /** The last statement that drizzle sent, with its parameters. */
  readLastStatement(): { query: string; params: unknown[] };
}

/** An empty, migrated database for one test file, on the run's real PostgreSQL. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const url = new URL(inject('postgresUrl'));
  const administration = postgres(url.href, { max: 1, onnotice: () => {} });
  url.pathname = `/test_${randomBytes(8).toString('hex')}`;
  await administration.unsafe(`create database ${url.pathname.slice(1)} template ${TEMPLATE}`);
  await administration.end();
  let last: { query: string; params: unknown[] } = { query: '', params: [] };
  const logger = { logQuery: (query: string, params: unknown[]) => (last = { query, params }) };
  return { url: url.href, readLastStatement: () => last, ...openDatabase(url.href, { logger }) };
};
