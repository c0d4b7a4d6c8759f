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
} from './database.ts';
export { DatabaseVersionError, isMigrated, migrateDatabase } from './migrations.ts';
export { auditEvents, changeClock, emailLinks, outbox, rateLimits, sessions, tasks, users } from './tables.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
export { findRunningDatabase } from './embedded/running-database.ts';
export { EmbeddedPostgresError } from './embedded/errors.ts';
