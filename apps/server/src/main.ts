import { announce } from './announce.ts';
import { readEnv } from './env.ts';
import { watchLauncher } from './launcher.ts';
import { DATA_FOLDER, WEB_FOLDER } from './paths.ts';
import { type RunningServer, startServer } from './server.ts';
import { reportStartFailure } from './start-error.ts';

const start = async (): Promise<RunningServer> =>
  await startServer({ env: readEnv(process.env), dataFolder: DATA_FOLDER, webFolder: WEB_FOLDER, announce });

const starting = start();
starting.catch(reportStartFailure);

/** Stops what runs, also where it has not quite started yet; a failed start has been reported and stopped already. */
const stopAndExit = async (exitCode: number): Promise<void> => {
  const server = await starting.catch(() => undefined);
  if (server === undefined) return;
  await server.stop();
  process.exit(exitCode);
};

const crash = async (error: unknown): Promise<void> => {
  try {
    const { logger } = await starting;
    logger.fatal({ err: error }, 'an error that nobody handled');
    await stopAndExit(1);
  } finally {
    process.exit(1);
  }
};

const stop = (): void => void stopAndExit(0).catch(crash);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // A terminal sends Ctrl-C to the whole group and a package manager passes it on: the second one changes nothing.
  process.on(signal, stop);
}
process.on('uncaughtException', (error) => void crash(error));
process.on('unhandledRejection', (error) => void crash(error));
watchLauncher(stop);
