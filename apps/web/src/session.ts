import { useSyncExternalStore } from 'react';
import { z } from 'zod';

/** Why the last session of this page ended; null while one lives or none ever did. */
export type SessionEnd = 'sign-out' | 'expiry' | null;

const STORAGE_KEY = 'docket.access-token';
const Claims = z.object({ sub: z.string() });

const readStored = (): string | null => {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
};

const store = (token: string | null): void => {
  try {
    if (token === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, token);
  } catch {
    // Storage is denied or full: the session then lives as long as this page.
  }
};

let accessToken = readStored();
let endedBy: SessionEnd = null;
const listeners = new Set<() => void>();

const change = (token: string | null, end: SessionEnd): void => {
  if (token === accessToken) return;
  accessToken = token;
  endedBy = token === null ? end : null;
  for (const listener of listeners) listener();
};

// Another tab signed in or out; a null key means that the whole storage was cleared.
window.addEventListener('storage', (event) => {
  if (event.key === STORAGE_KEY || event.key === null) change(event.newValue, 'sign-out');
});

export const readAccessToken = (): string | null => accessToken;

export const readSessionEnd = (): SessionEnd => endedBy;

export const startSession = (token: string): void => {
  store(token);
  change(token, null);
};

/** Forgets the token here and, by the storage event, in the browser's other tabs. */
export const endSession = (end: 'sign-out' | 'expiry'): void => {
  store(null);
  change(null, end);
};

/** Calls back after every sign-in and sign-out; answers the way to stop. */
export const subscribeToSession = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whose token it is, unverified: only to tell one account's unsaved text from another's. */
export const readAccountId = (token: string | null = accessToken): string | null => {
  try {
    const payload = token?.split('.')[1] ?? '';
    return Claims.parse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))).sub;
  } catch {
    return null;
  }
};

export const useSessionEnd = (): SessionEnd => useSyncExternalStore(subscribeToSession, readSessionEnd);
