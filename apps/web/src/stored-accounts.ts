import { readAccountId } from './session.ts';
import { deleteLocalDatabase, openExisting } from './sync/local-database.ts';

const PREFIX = 'docket-';

const hasUnsentWrites = async (name: string): Promise<boolean> => {
  const database = await openExisting(name);
  try {
    return database.objectStoreNames.contains('writes') && (await database.count('writes')) > 0;
  } finally {
    database.close();
  }
};

/**
 * Deletes what this browser still holds of other accounts, whose sessions expired here. What has not reached the server
 * stays until its owner is back: it is nowhere else.
 */
export const forgetOtherAccounts = async (): Promise<void> => {
  try {
    for (const { name = '' } of await indexedDB.databases()) {
      const owner = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
      if (owner === null || owner === readAccountId() || (await hasUnsentWrites(name))) continue;
      // Asked again, because somebody may have signed in meanwhile.
      if (owner !== readAccountId()) await deleteLocalDatabase(owner);
    }
  } catch {
    // Storage is denied, or cannot be listed: then there is nothing, or nothing to be done.
  }
};
