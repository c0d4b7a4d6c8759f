import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { passwordFile } from './cluster.ts';
import { locateCluster } from './data-location.ts';
import { databaseUrl } from './database.ts';
import { hasLiveClaim } from './folder-lock.ts';
import { readPostmasterFile } from './postmaster-file.ts';

/**
 * The URL of the database that a running Docket keeps under `folder`, for a command that works beside it; undefined
 * where none runs there. It holds the password.
 */
export const findRunningDatabase = async (folder: string): Promise<string | undefined> => {
  const absoluteFolder = resolve(folder);
  const { dataFolder } = await locateCluster(absoluteFolder, true);
  const postmaster = readPostmasterFile(dataFolder);
  if (postmaster?.isReady !== true || !(await hasLiveClaim(`${dataFolder}.lock`))) return undefined;
  const password = await readFile(passwordFile(absoluteFolder), 'utf8');
  return databaseUrl(postmaster.port, password.trim());
};
