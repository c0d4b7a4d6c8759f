import type { QueryClient } from '@tanstack/react-query';
import { readLeaving } from './leaving.ts';
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

/** So long a deletion keeps the next session of the same account waiting. */
const DELETION_MS = 3_000;

/** Resolves when it has, when it has failed, or when it takes too long. */
const waitForDeletion = (deleted: Promise<unknown>): Promise<unknown> =>
  Promise.race([deleted.catch(() => {}), new Promise((resolve) => setTimeout(resolve, DELETION_MS))]);

/** Once there is something that is nowhere else, the browser is asked not to clear it away when it is short of room. */
const askToPersist = (sync: Sync): void => {
  const stop = sync.subscribe(() => {
    if (sync.getSnapshot().pending === 0) return;
    stop();
    // On plain http there is no such thing; where it is refused, nothing is worse than before.
    if ('storage' in navigator) navigator.storage.persist().catch(() => {});
  });
};

/**
 * Follows sign-in and sign-out: an engine begins and ends with the session. An expired one leaves the outbox for the
 * next session of the same account; a sign-out and the end of the account leave nothing.
 */
export const createAccountSync = (queryClient: QueryClient): AccountSync => {
  const listeners = new Set<() => void>();
  let accountId: string | null = null;
  let lastOwner = readAccountId();
  let sync: Sync | null = null;
  /** The end of the engine before, and whose it was. */
  let former: { readonly owner: string | null; readonly ended: Promise<unknown> } = {
    owner: null,
    ended: Promise.resolve(),
  };

  const show = (next: Sync | null): void => {
    sync = next;
    for (const listener of listeners) listener();
  };

  const open = (owner: string): void => {
    if (owner !== accountId) return;
    const onSignedOut = (): void => {
      if (readAccountId() === owner) endSession('expiry');
    };
    const opened = createSync({ accountId: owner, api: createSyncClient(owner), queryClient, onSignedOut });
    askToPersist(opened);
    show(opened);
    void forgetOtherAccounts();
  };

  const forget = (owner: string): void => {
    const ended = waitForDeletion(former.ended.then(() => deleteLocalDatabase(owner)));
    former = { owner, ended };
  };

  const end = (owner: string | null, engine: Sync): void => {
    const isForgotten = isForgettable();
    show(null);
    // A moment later: the page that goes away stores the text that it holds.
    const left = new Promise((resolve) => setTimeout(resolve));
    former = { owner, ended: waitForDeletion(left.then(() => (isForgotten ? engine.wipe() : engine.close()))) };
  };

  const follow = (): void => {
    const owner = readAccountId();
    if (isSigningOut()) void sync?.close();
    if (owner !== null) lastOwner = owner;
    if (owner === accountId) {
      // Its stream, ended by the server, may have told of an expiry before the call that ended it was answered.
      if (owner === null && isForgettable() && lastOwner !== null) forget(lastOwner);
      return;
    }
    if (sync !== null) end(accountId, sync);
    accountId = owner;
    if (owner === null) return;
    // The databases of two accounts have nothing to do with each other.
    if (former.owner === owner) void former.ended.then(() => open(owner));
    else open(owner);
  };

  subscribeToSession(follow);
  accountId = readAccountId();
  if (accountId !== null) open(accountId);
  else {
    // Who was signing out when the page before was closed or killed.
    const leaving = readLeaving();
    if (leaving !== null) forget(leaving);
    void forgetOtherAccounts();
  }

  return {
    read: () => sync,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
