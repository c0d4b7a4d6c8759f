import { createContext, type ReactNode, use, useSyncExternalStore } from 'react';
import type { AccountSync } from './account-sync.ts';
import type { Sync } from './sync/sync.ts';
import type { SyncState } from './sync/task-store.ts';

const AccountSyncContext = createContext<AccountSync | null>(null);
const SyncContext = createContext<Sync | null>(null);

export const AccountSyncProvider = AccountSyncContext.Provider;

/** Gives the engine of whoever is signed in to the pages inside; where nobody is any more, they go at once. */
export const SignedIn = ({ children }: { readonly children: ReactNode }) => {
  const accountSync = use(AccountSyncContext);
  if (!accountSync) throw new Error('SignedIn needs an AccountSyncProvider around it.');
  const sync = useSyncExternalStore(accountSync.subscribe, accountSync.read);
  return sync === null ? null : <SyncContext value={sync}>{children}</SyncContext>;
};

export const useSync = (): Sync => {
  const sync = use(SyncContext);
  if (!sync) throw new Error('useSync needs a SignedIn around it.');
  return sync;
};

/** Something of the account's tasks, which has to be the same object for as long as it is the same thing. */
export const useSyncState = <Selected,>(select: (state: SyncState) => Selected): Selected => {
  const sync = useSync();
  return useSyncExternalStore(sync.subscribe, () => select(sync.getSnapshot()));
};
