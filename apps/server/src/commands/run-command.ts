import { announce } from '../announce.ts';
import { type DatabaseSource, migrateOrExplain, provideDatabase } from '../database-source.ts';
import { type Env, readEnv } from '../env.ts';
import { createLogger } from '../logger.ts';
import { DATA_FOLDER } from '../paths.ts';
import { reportStartFailure } from '../start-error.ts';

/** Runs `work` on the migrated database, beside a server that uses it or alone. */
export const runCommand = async (work: (source: DatabaseSource, env: Env) => Promise<void>): Promise<void> => {
  try {
    const env = readEnv(process.env);
    const logger = createLogger('warn');
    const source = await provideDatabase({ env, dataFolder: DATA_FOLDER, logger, announce, mayShare: true });
    try {
      await migrateOrExplain(env, source.directUrl);
      await work(source, env);
    } finally {
      await source.stop();
    }
  } catch (error) {
    reportStartFailure(error);
  }
};
