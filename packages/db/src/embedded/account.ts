import { existsSync } from 'node:fs';
import { access, chmod, constants, lstat, mkdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError, readErrorCode } from './errors.ts';
import { runProgram, type Account } from './processes.ts';

/** Whom PostgreSQL, which refuses to be root, runs as: `postgres` where there is such a user, else `nobody`. */
export const findUnprivilegedAccount = async (): Promise<Account> => {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid = '', gid = ''] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (/^[1-9]\d*$/.test(uid) && /^\d+$/.test(gid)) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and this machine has neither a user "postgres" nor "nobody" to run it as. Start Docket as an ordinary user, or set DATABASE_URL.',
  );
};

/** Whether the account can enter every folder and read every file, asked of the system: modes alone do not tell. */
export const canReach = async (account: Account, ...paths: readonly string[]): Promise<boolean> => {
  const script = 'for path do if test -d "$path"; then test -x "$path"; else test -r "$path"; fi || exit 1; done';
  try {
    return (await runProgram('/bin/sh', ['-c', script, 'sh', ...paths], account)).code === 0;
  } catch (error) {
    if (readErrorCode(error) !== 'EPERM') throw error;
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and this process may not become another user. Start Docket as an ordinary user, or set DATABASE_URL.',
      { cause: error },
    );
  }
};

/** Creates the folder if it is missing, for everybody to enter whatever the umask; it must belong to root. */
export const makePassableFolder = async (path: string): Promise<void> => {
  if (!existsSync(path)) {
    await mkdir(path);
    await chmod(path, 0o755);
  }
  const { uid } = await lstat(path);
  if (uid !== 0 || !(await stat(path)).isDirectory()) {
    throw new EmbeddedPostgresError(
      `${path} must be a folder that belongs to root. Move it away, or set DATABASE_URL.`,
    );
  }
};

/**
 * Where root keeps what PostgreSQL's user cannot reach inside the checkout: /var/lib/docket, or a folder below the
 * temporary one for what may be lost. Throws EmbeddedPostgresError when there is none.
 */
export const findSystemFolder = async (account: Account, mayBeTemporary: boolean): Promise<string> => {
  const candidates = ['/var/lib/docket', ...(mayBeTemporary ? [join(tmpdir(), 'docket')] : [])];
  for (const candidate of candidates) {
    try {
      await makePassableFolder(candidate);
      await access(candidate, constants.W_OK);
      if (await canReach(account, candidate)) return candidate;
    } catch (error) {
      if (error instanceof EmbeddedPostgresError) throw error;
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL cannot run as root, its user (id ${account.uid}) may not enter this checkout, and ${candidates.join(' or ')} cannot be used instead. Start Docket as an ordinary user, keep the checkout where every user may enter, or set DATABASE_URL.`,
  );
};
