export { type ChangeHints, openChangeHints } from './change-hints.ts';
export { DatabaseUrlError, describeDatabaseUrl } from './connection.ts';
export {
  type Database,
  type DatabaseHandle,
  isDatabaseUnavailable,
  isForeignKeyViolation,
  isUniqueViolation,
  openDatabase,
  prepareOnce,
} from './database.ts';
export { DatabaseVersionError, migrateDatabase } from './migrations.ts';
export { openReadinessProbe } from './readiness.ts';
export { auditEvents, changeClock, emailLinks, outbox, rateLimits, sessions, tasks, users } from './tables.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
export { findRunningDatabase } from './embedded/running-database.ts';
export { EmbeddedPostgresError } from './embedded/errors.ts';
