import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fchownSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterSettings } from './cluster.ts';
import { describeFullDisk, EmbeddedPostgresError, lastLines, StartClashError, tellsFullDisk } from './errors.ts';
import { readPostmasterFile, shutDown } from './postmaster-file.ts';
import { childOptions } from './processes.ts';

const START_TIMEOUT_MS = 60_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Everything that is the same at each start of one cluster. */
export interface ServerSettings extends ClusterSettings {
  logFile: string;
}

/** A running PostgreSQL server, child of this process. */
export interface Postmaster {
  port: number;
  /** Resolves, with words for a person, when the server has ended, for whatever reason. */
  ended: Promise<string>;
  stop(): Promise<void>;
  /** Asks for a fast shutdown without waiting, for the moment when this process ends. */
  interrupt(): void;
}

/** Keeps the log of at most one former run beside the current one once it has grown past 10 MB. */
export const rotateLog = (logFile: string): void => {
  const { size } = statSync(logFile, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
};

/** A port of 127.0.0.1 that is free now. */
export const findFreePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new EmbeddedPostgresError('There is no free port.');
  return address.port;
};

const serverArguments = ({ location, isDurable }: ServerSettings, port: number): string[] => {
  const parameters = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // A few of them are kept for the superuser, and the tests start many servers at once.
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return [
    '-D',
    location.dataFolder,
    ...Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
};

const describeFailure = (logFile: string, logStart: number, reason: string): EmbeddedPostgresError => {
  const written = readFileSync(logFile).subarray(logStart).toString();
  if (tellsFullDisk(written)) return new EmbeddedPostgresError(describeFullDisk(logFile));
  const message = `PostgreSQL ${reason}. The last lines of ${logFile}:\n${lastLines(written)}`;
  return /could not (bind|create any TCP)|pre-existing shared memory block/.test(written)
    ? new StartClashError(message)
    : new EmbeddedPostgresError(message);
};

/**
 * Starts the server and resolves when it accepts connections. Rejects with EmbeddedPostgresError, the server gone, when
 * it ends or takes more than 60 s, and when `signal` aborts.
 */
export const launchPostmaster = async (
  settings: ServerSettings,
  port: number,
  signal: AbortSignal,
): Promise<Postmaster> => {
  const { binaries, location, logFile } = settings;
  const log = openSync(logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  // The owner of the data may start Docket without being root the next time.
  if (location.account !== undefined) fchownSync(log, location.account.uid, location.account.gid);
  const child = spawn(binaries.postgres, serverArguments(settings, port), {
    ...childOptions(location.account),
    stdio: ['ignore', log, log],
    // Its own session: a terminal's Ctrl-C is for us, who drain before the database goes.
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, killer) => resolve(killer === null ? `exit code ${code}` : `killed by ${killer}`));
  });
  const hasEnded = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const stop = (): Promise<void> => shutDown((name) => child.kill(name), hasEnded);

  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (hasEnded()) throw describeFailure(logFile, logStart, `did not start (${await ended})`);
    const found = readPostmasterFile(location.dataFolder);
    if (found !== undefined && found.pid === child.pid && found.isReady) break;
    if (signal.aborted || Date.now() > deadline) {
      await stop();
      throw describeFailure(logFile, logStart, signal.aborted ? 'was stopped' : 'did not get ready within 60 s');
    }
    await sleep(15);
  }
  return { port, ended, stop, interrupt: () => child.kill('SIGINT') };
};
