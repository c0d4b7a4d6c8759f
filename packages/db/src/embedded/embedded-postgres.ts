import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareBinaries } from './binaries.ts';
import { keepServerPassword, prepareCluster } from './cluster.ts';
import { locateCluster, recordLocation } from './data-location.ts';
import { administrationUrl, databaseUrl, ensureDatabase } from './database.ts';
import { readErrorCode, StartClashError, toEmbeddedPostgresError } from './errors.ts';
import { acquireFolderLock } from './folder-lock.ts';
import { clearPostmaster } from './postmaster-file.ts';
import { findFreePort, launchPostmaster, rotateLog, type Postmaster, type ServerSettings } from './postmaster.ts';
import { superviseServer, type EmbeddedPostgresEvent } from './supervisor.ts';

const CLASH_TIMEOUT_MS = 20_000;

export interface EmbeddedPostgresOptions {
  /** Where everything is kept, for instance `<repo>/.data`; created if missing. */
  folder: string;
  /** False, for tests, is faster but may lose the last moments before a kill, or everything at a power loss. */
  isDurable?: boolean;
  onEvent?: (event: EmbeddedPostgresEvent) => void;
}

export interface EmbeddedPostgres {
  /** Holds the password: not for logs. It stays the same when the server has to be restarted. */
  url: string;
  /** The same database for the superuser, who may do everything in the cluster. */
  administrationUrl: string;
  dataFolder: string;
  isNew: boolean;
  /** Ends the server and gives the folder free; may be called again. */
  stop(): Promise<void>;
}

/** A port is free only until somebody else takes it, and a killed server's backends need a moment to go. */
const launchOnFreePort = async (settings: ServerSettings): Promise<Postmaster> => {
  const deadline = Date.now() + CLASH_TIMEOUT_MS;
  const { signal } = new AbortController();
  for (;;) {
    try {
      return await launchPostmaster(settings, await findFreePort(), signal);
    } catch (error) {
      if (!(error instanceof StartClashError) || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
};

const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (readErrorCode(error) !== 'ENOENT') throw error;
    // What the recursive form says of a read-only file system; the plain one names the cause.
    await mkdir(folder);
  }
};

const start = async (
  folder: string,
  isDurable: boolean,
  onEvent: (event: EmbeddedPostgresEvent) => void,
): Promise<EmbeddedPostgres> => {
  await makeFolder(folder);
  const location = await locateCluster(folder, isDurable);
  const { dataFolder, account } = location;
  const lock = await acquireFolderLock(`${dataFolder}.lock`, folder);
  let server: Postmaster | undefined;
  try {
    const binaries = await prepareBinaries(account);
    if (await clearPostmaster(dataFolder)) {
      onEvent({ level: 'warn', message: 'PostgreSQL was left running by a process that died; it is restarted.' });
    }
    const notice = await recordLocation(folder, dataFolder);
    if (notice !== undefined) onEvent({ level: 'warn', message: notice });
    const settings: ServerSettings = { binaries, location, isDurable, logFile: join(folder, 'postgres.log') };
    const superuser = await prepareCluster(folder, settings);
    const passwords = { superuser, server: await keepServerPassword(folder) };
    rotateLog(settings.logFile);
    server = await launchOnFreePort(settings);
    const { port } = server;
    const isNew = await ensureDatabase(port, passwords);
    const relaunch = async (signal: AbortSignal): Promise<Postmaster> => {
      await clearPostmaster(dataFolder);
      return launchPostmaster(settings, port, signal);
    };
    const supervisor = superviseServer({ first: server, relaunch, isOurs: () => lock.isHeld(), onEvent });
    let stopped: Promise<void> | undefined;
    const stopOnce = async (): Promise<void> => {
      await supervisor.stop();
      await lock.release();
    };
    return {
      url: databaseUrl(port, passwords.server),
      administrationUrl: administrationUrl(port, passwords.superuser),
      dataFolder,
      isNew,
      stop: () => (stopped ??= stopOnce()),
    };
  } catch (error) {
    await server?.stop();
    await lock.release();
    throw error;
  }
};

/**
 * Starts PostgreSQL 18 on the cluster kept under `folder`, creating it the first time, and keeps it running until
 * `stop`. Resolves when it accepts connections on 127.0.0.1. One process at a time can use a folder; a claim or a server
 * left by one that was killed is cleared away.
 * Throws EmbeddedPostgresError, whose message says what is wrong and what to do.
 */
export const startEmbeddedPostgres = async ({
  folder,
  isDurable = true,
  onEvent = () => undefined,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const absoluteFolder = resolve(folder);
  try {
    return await start(absoluteFolder, isDurable, onEvent);
  } catch (error) {
    throw toEmbeddedPostgresError(error, absoluteFolder);
  }
};
