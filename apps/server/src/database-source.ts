import {
  DatabaseUrlError,
  DatabaseVersionError,
  describeDatabaseUrl,
  findRunningDatabase,
  isDatabaseUnavailable,
  migrateDatabase,
  startEmbeddedPostgres,
} from '@docket/db';
import { ensureDataFolder } from './data-folder.ts';
import type { Env } from './env.ts';
import type { Logger } from './logger.ts';
import { StartError } from './start-error.ts';

/** A database to work on. Both URLs hold the password. */
export interface DatabaseSource {
  url: string;
  /** Without a pooler between: for migrations, and for LISTEN. */
  directUrl: string;
  /** Whether `url` leads through a pooler. */
  isPooled: boolean;
  stop(): Promise<void>;
}

/** @throws {StartError} where the URL cannot be one */
const checkUrl = (name: string, url: string): void => {
  try {
    describeDatabaseUrl(url);
  } catch (cause) {
    if (!(cause instanceof DatabaseUrlError)) throw cause;
    throw new StartError(`${name} cannot be used: ${cause.message}.`, { cause });
  }
};

const leaveRunning = (): Promise<void> => Promise.resolve();

/**
 * The database that the environment names, or else one of our own under the data folder. `mayShare` takes the one of
 * a server that already runs there, as a command does that works beside it.
 *
 * @throws {StartError, DataFolderError, EmbeddedPostgresError}
 */
export const provideDatabase = async (options: {
  env: Env;
  dataFolder: string;
  logger: Logger;
  announce: (line: string) => void;
  mayShare?: boolean;
}): Promise<DatabaseSource> => {
  const { env, dataFolder, logger, announce } = options;
  if (env.DATABASE_URL !== undefined) {
    checkUrl('DATABASE_URL', env.DATABASE_URL);
    checkUrl('DATABASE_URL_DIRECT', env.DATABASE_URL_DIRECT ?? env.DATABASE_URL);
    const [url, directUrl] = [env.DATABASE_URL, env.DATABASE_URL_DIRECT ?? env.DATABASE_URL];
    return { url, directUrl, isPooled: url !== directUrl, stop: leaveRunning };
  }
  ensureDataFolder(dataFolder);
  const shared = options.mayShare === true ? await findRunningDatabase(dataFolder) : undefined;
  if (shared !== undefined) return { url: shared, directUrl: shared, isPooled: false, stop: leaveRunning };
  const embedded = await startEmbeddedPostgres({
    folder: dataFolder,
    onEvent: ({ level, message }) => logger[level](message),
  });
  announce(`${embedded.isNew ? 'Made the data folder' : 'Data folder:'} ${embedded.dataFolder} (PostgreSQL 18)`);
  return { url: embedded.url, directUrl: embedded.url, isPooled: false, stop: embedded.stop };
};

/**
 * Brings the schema up to date.
 *
 * @throws {StartError} that says what is wrong with the database, and never its password
 */
export const migrateOrExplain = async (env: Env, url: string): Promise<void> => {
  const name = env.DATABASE_URL_DIRECT === undefined ? 'DATABASE_URL' : 'DATABASE_URL_DIRECT';
  try {
    await migrateDatabase(url);
  } catch (cause) {
    if (cause instanceof DatabaseUrlError) throw new StartError(`${name} cannot be used: ${cause.message}.`, { cause });
    const place = describeDatabaseUrl(url);
    if (cause instanceof DatabaseVersionError) throw new StartError(`${cause.message} (${place}).`, { cause });
    if (isDatabaseUnavailable(cause)) {
      const advice = `Check ${name} and that PostgreSQL runs there.`;
      throw new StartError(`The database at ${place} cannot be reached. ${advice}`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The database at ${place} refused (${reason}). Check ${name}.`, { cause });
  }
};
