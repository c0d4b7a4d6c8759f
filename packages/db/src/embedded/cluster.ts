import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { readClusterVersion, type DataLocation } from './data-location.ts';
import { describeFullDisk, EmbeddedPostgresError, lastLines, readErrorCode, tellsFullDisk } from './errors.ts';
import { runProgram } from './processes.ts';

const MAJOR_VERSION = '18';

/** What a cluster is made with. */
export interface ClusterSettings {
  binaries: Binaries;
  location: DataLocation;
  isDurable: boolean;
}

/** Who makes the database and the server's role, and is nobody else's to be. */
export const SUPERUSER = 'docket';

/** Where the superuser's password is kept. */
const superuserPasswordFile = (folder: string): string => join(folder, 'postgres-password');

/** Where the password of the server's own role is kept. */
export const serverPasswordFile = (folder: string): string => join(folder, 'postgres-server-password');

/** The password in the file; undefined where there is none. */
export const readPassword = async (file: string): Promise<string | undefined> => {
  try {
    const password = (await readFile(file, 'utf8')).trim();
    return /^[\w-]{20,}$/.test(password) ? password : undefined;
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Writes the password before the cluster that it opens, so that a crash between the two leaves no locked cluster. */
const makePassword = async (file: string): Promise<string> => {
  const password = randomBytes(24).toString('base64url');
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, `${password}\n`, { mode: 0o600, flush: true });
  await rename(unfinished, file);
  return password;
};

const UNFINISHED = '.creating-';

/** Removes what an initdb killed half way left beside the data folder. */
const removeUnfinished = async (dataFolder: string): Promise<void> => {
  const parent = dirname(dataFolder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(dataFolder)}${UNFINISHED}`)) continue;
    // An initdb that outlived its starter may still write there; the next start removes the rest.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
};

const assertUsable = async (dataFolder: string, version: string | undefined): Promise<void> => {
  if (version === MAJOR_VERSION) return;
  if (version !== undefined) {
    throw new EmbeddedPostgresError(
      `${dataFolder} was made by PostgreSQL ${version}, and this is PostgreSQL ${MAJOR_VERSION}. Nothing was changed. Move it away to begin anew (pg_dump carries tasks over), or set DATABASE_URL.`,
    );
  }
  const names = await readdir(dataFolder).catch((error: unknown) => {
    if (readErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0) {
    throw new EmbeddedPostgresError(
      `${dataFolder} is not empty and holds no PostgreSQL database. Nothing was changed. Move it away, or set DATABASE_URL.`,
    );
  }
};

/** Makes the cluster beside its place and moves it there when it is whole: a kill half way leaves no half cluster. */
const createCluster = async (
  { location: { dataFolder, account }, binaries, isDurable }: ClusterSettings,
  password: string,
): Promise<void> => {
  const unfinished = `${dataFolder}${UNFINISHED}${randomUUID()}`;
  const passwordCopy = `${unfinished}.password`;
  try {
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordCopy, password, { mode: 0o600, flag: 'wx' });
    if (account !== undefined) {
      await chown(unfinished, account.uid, account.gid);
      await chown(passwordCopy, account.uid, account.gid);
    }
    const args = ['-D', unfinished, `--username=${SUPERUSER}`, `--pwfile=${passwordCopy}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    args.push('--no-instructions', ...(isDurable ? [] : ['--no-sync']));
    const { code, output } = await runProgram(binaries.initdb, args, account);
    if (code !== 0) {
      if (tellsFullDisk(output)) throw new EmbeddedPostgresError(describeFullDisk(dataFolder));
      throw new EmbeddedPostgresError(
        `PostgreSQL could not create its database in ${dataFolder}. It said:\n${lastLines(output)}`,
      );
    }
    await rename(unfinished, dataFolder);
  } finally {
    await rm(passwordCopy, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
};

/** The password of the server's own role, made the first time. */
export const keepServerPassword = async (folder: string): Promise<string> => {
  const file = serverPasswordFile(folder);
  return (await readPassword(file)) ?? (await makePassword(file));
};

/**
 * Makes sure that a cluster of our version is at its location, creating it if nothing is there; returns its superuser's
 * password.
 * Throws EmbeddedPostgresError, and leaves the folder as it is, when something else is.
 */
export const prepareCluster = async (folder: string, settings: ClusterSettings): Promise<string> => {
  const { location } = settings;
  await removeUnfinished(location.dataFolder);
  const version = await readClusterVersion(location.dataFolder);
  await assertUsable(location.dataFolder, version);
  const passwordFile = superuserPasswordFile(folder);
  const password = await readPassword(passwordFile);
  if (version !== undefined && password === undefined) {
    throw new EmbeddedPostgresError(
      `The password of the database in ${location.dataFolder} is missing from ${passwordFile}. Put that file back, move the database away to begin anew, or set DATABASE_URL.`,
    );
  }
  const usedPassword = password ?? (await makePassword(passwordFile));
  if (version === undefined) await createCluster(settings, usedPassword);
  return usedPassword;
};
