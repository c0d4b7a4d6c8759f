import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../embedded/embedded-postgres.ts';
import { migrateDatabase } from '../migrations.ts';
import { TEMPLATE } from './test-database.ts';

/** Starts one PostgreSQL for the whole run and migrates the database that every test file's own is copied from. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), 'docket-tests-'));
  // PostgreSQL runs as a user of its own when the tests run as root.
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({ folder, isDurable: false });
  const template = new URL(server.url);
  const administration = postgres(server.administrationUrl, { max: 1, onnotice: () => {} });
  // The tests work as the server's own role, which needs this one right more, for the databases that they make.
  await administration.unsafe(`alter role ${template.username} createdb`);
  await administration.unsafe(`create database ${TEMPLATE} owner ${template.username}`);
  await administration.end();
  template.pathname = `/${TEMPLATE}`;
  await migrateDatabase(template.href);
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
};
