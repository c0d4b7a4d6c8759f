import { readFileSync } from 'node:fs';
import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';
import { isAlive, readCommandLine, waitUntil } from './processes.ts';

/** What a server writes of itself into postmaster.pid (src/include/utils/pidfile.h). */
interface PostmasterFile {
  pid: number;
  dataFolder: string;
  port: number;
  isReady: boolean;
}

const pathOf = (dataFolder: string): string => join(dataFolder, 'postmaster.pid');

/** Reads postmaster.pid; undefined when there is none, or it is not yet written. */
export const readPostmasterFile = (dataFolder: string): PostmasterFile | undefined => {
  try {
    const lines = readFileSync(pathOf(dataFolder), 'utf8').split('\n');
    const pid = Number.parseInt(lines[0] ?? '', 10);
    if (!(pid > 0)) return undefined;
    return { pid, dataFolder: lines[1] ?? '', port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
};

/**
 * Ends a server: fast shutdown first (clients are disconnected, everything is written), after 10 s an immediate one
 * (recovered at the next start), and at last without asking. Resolves when it is gone.
 */
export const shutDown = async (
  send: (signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL') => void,
  isGone: () => boolean,
): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (isGone()) return;
    send(signal);
    if (await waitUntil(isGone, 10_000)) return;
  }
  throw new EmbeddedPostgresError('PostgreSQL does not end, even when killed. Restart this machine.');
};

/**
 * Disarms the file of a dead server. PostgreSQL does not start while the id in it exists, be it another program's by now
 * or a zombie's that nobody reaps; its parent's id, ours, is one that it takes for stale (CreateLockFile in miscinit.c).
 * The other lines must stay: by them PostgreSQL finds backends that outlived their server.
 */
const disownPostmasterFile = async (dataFolder: string): Promise<void> => {
  const path = pathOf(dataFolder);
  const { uid, gid } = await stat(dataFolder);
  const [, ...rest] = (await readFile(path, 'utf8')).split('\n');
  const replacement = `${path}.docket`;
  await writeFile(replacement, [String(process.pid), ...rest].join('\n'), { mode: 0o600 });
  await chown(replacement, uid, gid);
  await rename(replacement, path);
};

/**
 * Makes the folder free for a new server: ends one whose owner died, and disarms a stale postmaster.pid. To be called
 * only by the process that holds the folder's lock. Answers whether a server was ended.
 */
export const clearPostmaster = async (dataFolder: string): Promise<boolean> => {
  const found = readPostmasterFile(dataFolder);
  if (found === undefined) {
    // Empty or cut short by a power loss: PostgreSQL would wait for a person to remove it.
    await rm(pathOf(dataFolder), { force: true });
    return false;
  }
  const command = isAlive(found.pid) ? readCommandLine(found.pid) : '';
  if (!command.includes('postgres') || !command.includes(found.dataFolder)) {
    await disownPostmasterFile(dataFolder);
    return false;
  }
  await shutDown(
    (signal) => {
      if (isAlive(found.pid)) process.kill(found.pid, signal);
    },
    () => !isAlive(found.pid),
  );
  return true;
};
