import { announce } from './announce.ts';
import { readEnv } from './env.ts';
import { watchLauncher } from './launcher.ts';
import { flush } from './log-destination.ts';
import { DATA_FOLDER, WEB_FOLDER } from './paths.ts';
import { type RunningServer, startServer } from './server.ts';
import { reportStartFailure } from './start-error.ts';
import { createStopListener } from './stop-signals.ts';

const start = async (): Promise<RunningServer> =>
  await startServer({ env: readEnv(process.env), dataFolder: DATA_FOLDER, webFolder: WEB_FOLDER, announce });

const starting = start();
starting.catch(reportStartFailure);

const exit = async (exitCode: number): Promise<never> => {
  await flush(process.stdout);
  process.exit(exitCode);
};

/** Leaves as `end` says, also where the start is not quite done; a failed start has been reported and stopped already. */
const endAndExit = async (end: (server: RunningServer) => Promise<void>, exitCode: number): Promise<void> => {
  const server = await starting.catch(() => undefined);
  if (server === undefined) return;
  await end(server);
  await exit(exitCode);
};

const crash = async (error: unknown): Promise<void> => {
  try {
    const { logger } = await starting;
    logger.fatal({ err: error }, 'an error that nobody handled');
    await endAndExit((server) => server.stop(), 1);
  } finally {
    await exit(1);
  }
};

const leave = (): void => void endAndExit((server) => server.leave(), 0).catch(crash);
// The embedded PostgreSQL is told to end by its supervisor, which listens for the exit.
const endNow = (): void => void exit(0);

const onSignal = createStopListener({ leave, endNow });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// Without a reader, as behind `| head`, the server goes on without a log.
process.stdout.on('error', () => {});
process.on('uncaughtException', (error) => void crash(error));
process.on('unhandledRejection', (error) => void crash(error));
watchLauncher(leave);
