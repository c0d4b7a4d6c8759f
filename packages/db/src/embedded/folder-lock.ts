import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, readErrorCode } from './errors.ts';
import { isAlive, readProcessStart } from './processes.ts';

/** One process's claim on a folder. It ends with `release`, or by itself when the process does. */
interface FolderLock {
  /** False once the file is gone or another's, for instance because the folder was deleted while we run. */
  isHeld(): boolean;
  release(): Promise<void>;
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** The file's text. Creating and filling it are two steps, so an empty file is given half a second to be filled. */
const readClaim = async (path: string): Promise<string | undefined> => {
  for (let attempt = 0; attempt < 25; attempt += 1) {
    const claim = await readIfThere(path);
    if (claim !== '') return claim;
    await sleep(20);
  }
  return '';
};

/** The process behind a claim if it lives: same id and same start, so that a reused id does not count. */
const findClaimant = (claim: string): number | undefined => {
  const [id = '', startedAt = ''] = claim.split(' ');
  const pid = Number.parseInt(id, 10);
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  const startNow = readProcessStart(pid);
  return startedAt === '' || startNow === '' || startNow === startedAt ? pid : undefined;
};

/** Whether a process that lives holds the lock. */
export const hasLiveClaim = async (path: string): Promise<boolean> => {
  const claim = await readClaim(path);
  return claim !== undefined && findClaimant(claim) !== undefined;
};

const tryClaim = async (path: string, claim: string): Promise<boolean> => {
  try {
    await writeFile(path, claim, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    if (readErrorCode(error) === 'EEXIST') return false;
    // On a full disk the file is made, and stays empty.
    if (readErrorCode(error) === 'ENOSPC') await rm(path, { force: true });
    throw error;
  }
  // Whoever was stopped between creating and filling may have lost the file meanwhile.
  return (await readIfThere(path)) === claim;
};

/**
 * Claims `path` for this process, over the claim of a process that no longer lives; fails at once while its owner does.
 * Throws EmbeddedPostgresError naming `folder` and the owner's process id.
 */
export const acquireFolderLock = async (path: string, folder: string): Promise<FolderLock> => {
  const claim = `${process.pid} ${readProcessStart(process.pid)} ${randomUUID()}`;
  while (!(await tryClaim(path, claim))) {
    const existing = await readClaim(path);
    if (existing === undefined) continue;
    const owner = findClaimant(existing);
    if (owner !== undefined) {
      throw new EmbeddedPostgresError(
        `Docket is already running on ${folder} (process ${owner}). Stop it first, or set DATABASE_URL.`,
      );
    }
    // Only one process may remove a stale claim, and only that very claim: hence a lock that bears its token.
    const token = existing.split(' ')[2] ?? 'empty';
    const removal = await acquireFolderLock(`${path}.${token}`, folder);
    if ((await readIfThere(path)) === existing) await rm(path, { force: true });
    await removal.release();
  }
  const isHeld = (): boolean => {
    try {
      return readFileSync(path, 'utf8') === claim;
    } catch {
      return false;
    }
  };
  return {
    isHeld,
    release: async () => {
      if (isHeld()) await rm(path, { force: true });
    },
  };
};
