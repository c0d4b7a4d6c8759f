export { type ChangeHints, openChangeHints } from './change-hints.ts';
export { DatabaseUrlError, describeDatabaseUrl } from './connection.ts';
export {
  type Database,
  type DatabaseHandle,
  findViolatedForeignKey,
  isDatabaseUnavailable,
  isUndone,
  isUniqueViolation,
  openDatabase,
  prepareOnce,
  STATEMENT_DEADLINE_MS,
} from './database.ts';
export { DatabaseVersionError, migrateDatabase } from './migrations.ts';
export { openReadinessProbe } from './readiness.ts';
export { waitWithinBudget, withStatementBudget } from './statement-deadlines.ts';
export { auditEvents, changeClock, emailLinks, outbox, rateLimits, sessions, tasks, users } from './tables.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
export { findRunningDatabase } from './embedded/running-database.ts';
export { EmbeddedPostgresError } from './embedded/errors.ts';
