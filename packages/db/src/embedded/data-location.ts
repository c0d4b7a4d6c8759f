import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { canReach, findSystemFolder, findUnprivilegedAccount, makePassableFolder } from './account.ts';
import { EmbeddedPostgresError, readErrorCode } from './errors.ts';
import { runProgram, type Account } from './processes.ts';

/** Where the cluster is or shall be, and whom its server runs as. */
export interface DataLocation {
  dataFolder: string;
  account: Account | undefined;
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** The major version of the cluster in the folder; undefined when there is none. */
export const readClusterVersion = (dataFolder: string): Promise<string | undefined> =>
  readIfThere(join(dataFolder, 'PG_VERSION'));

const locationFile = (folder: string): string => join(folder, 'postgres-location');

const findExisting = async (folder: string): Promise<string | undefined> => {
  const recorded = await readIfThere(locationFile(folder));
  for (const candidate of [recorded, join(folder, 'postgres')]) {
    if (candidate === undefined || !isAbsolute(candidate)) continue;
    if ((await readClusterVersion(candidate)) !== undefined) return candidate;
  }
  return undefined;
};

/** An existing cluster keeps its owner, who may be another than today's choice; one that became root's is given away. */
const findOwner = async (dataFolder: string): Promise<Account> => {
  const { uid, gid } = await stat(dataFolder);
  const account = uid === 0 ? await findUnprivilegedAccount() : { uid, gid };
  if (uid === 0) await runProgram('chown', ['-R', `${account.uid}:${account.gid}`, dataFolder], undefined);
  if (await canReach(account, join(dataFolder, 'PG_VERSION'))) return account;
  throw new EmbeddedPostgresError(
    `PostgreSQL cannot run as root, and the owner of ${dataFolder} (user id ${account.uid}) may not enter it. Let every user enter the folders above it (chmod o+x), or set DATABASE_URL.`,
  );
};

/**
 * Finds the cluster of `folder`, or chooses its place: `<folder>/postgres`, and for root, where PostgreSQL's user cannot
 * enter that, /var/lib/docket/<hash of the folder>/postgres.
 */
export const locateCluster = async (folder: string, isDurable: boolean): Promise<DataLocation> => {
  const existing = await findExisting(folder);
  const inside = join(folder, 'postgres');
  if (process.getuid?.() !== 0) return { dataFolder: existing ?? inside, account: undefined };
  if (existing !== undefined) return { dataFolder: existing, account: await findOwner(existing) };
  const account = await findUnprivilegedAccount();
  if (await canReach(account, folder)) return { dataFolder: inside, account };
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const parent = join(await findSystemFolder(account, !isDurable), hash);
  await makePassableFolder(parent);
  return { dataFolder: join(parent, 'postgres'), account };
};

/**
 * Keeps the pointer in `folder` to a cluster elsewhere up to date, before one is made there. A cluster that no pointer
 * names belonged to an earlier folder of the same path, whose password is gone with it: it is set aside. Answers what a
 * person should know of it.
 */
export const recordLocation = async (folder: string, dataFolder: string): Promise<string | undefined> => {
  const pointer = locationFile(folder);
  const recorded = await readIfThere(pointer);
  const isGone = recorded !== undefined && (await readClusterVersion(recorded)) === undefined;
  const lost = isGone ? `The database that ${pointer} names, ${recorded}, is gone; a new one is begun.` : undefined;
  if (dirname(dataFolder) === folder) {
    await rm(pointer, { force: true });
    return lost;
  }
  if (recorded === dataFolder) return lost;
  if (!existsSync(dataFolder)) {
    await writeFile(pointer, `${dataFolder}\n`);
    return lost;
  }
  const setAside = `${dataFolder}.abandoned`;
  await rm(setAside, { recursive: true, force: true });
  await rename(dataFolder, setAside);
  await writeFile(pointer, `${dataFolder}\n`);
  return `A database without its password was found and moved to ${setAside}.`;
};
