import { resolve } from 'node:path';
import { readPassword, serverPasswordFile } from './cluster.ts';
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
  const password = await readPassword(serverPasswordFile(absoluteFolder));
  return password === undefined ? undefined : databaseUrl(postmaster.port, password);
};
