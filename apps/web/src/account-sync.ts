import type { QueryClient } from '@tanstack/react-query';
import { endSession, isSigningOut, readAccountId, readSessionEnd, subscribeToSession } from './session.ts';
import { forgetOtherAccounts } from './stored-accounts.ts';
import { deleteLocalDatabase } from './sync/local-database.ts';
import { createSync, type Sync } from './sync/sync.ts';
import { createSyncClient } from './sync-client.ts';

/** The engine of whoever is signed in; null where nobody is, or until what a former session left is deleted. */
export interface AccountSync {
  read(): Sync | null;
  subscribe(listener: () => void): () => void;
}

/** Whether the session ended for good: whoever signs out leaves nothing behind. */
const isForgettable = (): boolean => readSessionEnd() === 'sign-out' || readSessionEnd() === 'deletion';

/**
 * Follows sign-in and sign-out: an engine begins and ends with the session. An expired one leaves the outbox for the
 * next session of the same account; a sign-out and the end of the account leave nothing.
 */
export const createAccountSync = (queryClient: QueryClient): AccountSync => {
  const listeners = new Set<() => void>();
  let accountId: string | null = null;
  let lastOwner = readAccountId();
  let sync: Sync | null = null;
  let ended: Promise<unknown> = Promise.resolve();

  const show = (next: Sync | null): void => {
    sync = next;
    for (const listener of listeners) listener();
  };

  const open = (owner: string): void => {
    if (owner !== accountId) return;
    const onSignedOut = (): void => {
      if (readAccountId() === owner) endSession('expiry');
    };
    show(createSync({ accountId: owner, api: createSyncClient(owner), queryClient, onSignedOut }));
    void forgetOtherAccounts();
  };

  const end = (former: Sync): void => {
    const isForgotten = isForgettable();
    show(null);
    // A moment later: the page that goes away stores the text that it holds.
    ended = new Promise((resolve) => setTimeout(resolve)).then(() => (isForgotten ? former.wipe() : former.close()));
    ended = ended.catch(() => {});
  };

  const follow = (): void => {
    const owner = readAccountId();
    if (isSigningOut()) void sync?.close();
    if (owner !== null) lastOwner = owner;
    if (owner === accountId) {
      // Its stream, ended by the server, may have told of an expiry before the call that ended it was answered.
      const forgotten = owner === null && isForgettable() ? lastOwner : null;
      if (forgotten !== null) ended = ended.then(() => deleteLocalDatabase(forgotten)).catch(() => {});
      return;
    }
    if (sync !== null) end(sync);
    accountId = owner;
    if (owner !== null) void ended.then(() => open(owner));
  };

  subscribeToSession(follow);
  accountId = readAccountId();
  if (accountId === null) void forgetOtherAccounts();
  else open(accountId);

  return {
    read: () => sync,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
