import { useSyncExternalStore } from 'react';
import { z } from 'zod';
import { readErrorAnswer } from './errors.ts';
import { callRefresh } from './refresh-call.ts';

/** Why the last session of this page ended; null while one lives or none ever did. */
export type SessionEnd = 'sign-out' | 'expiry' | 'deletion' | null;

/**
 * That somebody is signed in, and who: an id and no secret. The access token lives in memory alone, and the refresh
 * token in a cookie that no script can read; without this marker no page would know whether to ask for the one by the other.
 */
const STORAGE_KEY = 'docket.account-id';

const readMarker = (): string | null => {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
};

const writeMarker = (accountId: string | null): void => {
  try {
    if (accountId === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, accountId);
  } catch {
    // Storage is denied or full: the session then lives as long as this page.
  }
};

const Claims = z.object({ sub: z.string(), iat: z.number(), exp: z.number() });

const readClaims = (token: string | null): z.infer<typeof Claims> | null => {
  try {
    const payload = token?.split('.')[1] ?? '';
    return Claims.parse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    return null;
  }
};

let accessToken: string | null = null;
let receivedAt = 0;
let endedBy: SessionEnd = null;
/** Counts sign-ins and sign-outs: what a refresh answers is not good for another session than the one it began in. */
let generation = 0;
const listeners = new Set<() => void>();

const OtherTab = z.object({ accountId: z.string().nullable() });
const otherTabs = new BroadcastChannel('docket.session');

const tellOtherTabs = (accountId: string | null): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin and no other
  otherTabs.postMessage({ accountId });
};

const notify = (): void => {
  for (const listener of listeners) listener();
};

/** Whose token it is, unverified: only to tell one account's unsaved text from another's. */
export const readAccountId = (token: string | null = accessToken): string | null => readClaims(token)?.sub ?? null;

export const readAccessToken = (): string | null => accessToken;

export const readSessionEnd = (): SessionEnd => endedBy;

/** Silent while the account stays the same one: calls read the token when they are made. */
const keepToken = (token: string): void => {
  const isSameAccount = accessToken !== null && readAccountId() === readAccountId(token);
  accessToken = token;
  receivedAt = Date.now();
  endedBy = null;
  writeMarker(readAccountId());
  if (!isSameAccount) notify();
};

const dropToken = (end: SessionEnd): void => {
  generation += 1;
  accessToken = null;
  endedBy = end;
  notify();
};

/** Somebody else signed in elsewhere in this browser: nothing of the old account stays, the page begins anew as theirs. */
const changeAccount = (accountId: string | null): void => {
  dropToken('sign-out');
  writeMarker(accountId);
  // A moment later, when no text of the old account's is left that the browser would ask about.
  setTimeout(() => window.location.reload());
};

/** Signed in, here and in the browser's other tabs. */
export const startSession = (token: string): void => {
  generation += 1;
  keepToken(token);
  tellOtherTabs(readAccountId());
};

/**
 * Forgets the token. The browser's other tabs follow a sign-out; that a session has expired they find by themselves,
 * and keep what was not saved.
 */
export const endSession = (end: 'sign-out' | 'expiry' | 'deletion'): void => {
  writeMarker(null);
  dropToken(end);
  if (end !== 'expiry') tellOtherTabs(null);
};

const refresh = async (): Promise<void> => {
  const begun = generation;
  try {
    const token = await callRefresh();
    if (begun !== generation) return;
    const accountId = readAccountId(token);
    if (accessToken !== null && readAccountId() !== accountId) changeAccount(accountId);
    else keepToken(token);
  } catch (error) {
    if (readErrorAnswer(error)?.httpStatus !== 401) throw error;
    if (begun === generation) endSession('expiry');
  }
};

let underWay: Promise<void> | null = null;

/**
 * Asks for a new access token by the cookie, once however many ask at the same time. Only where the server refuses the
 * cookie does the session end; every other failure is thrown and leaves all as it is.
 */
export const refreshSession = (): Promise<void> => {
  underWay ??= refresh().finally(() => {
    underWay = null;
  });
  return underWay;
};

/** For a page that has just loaded: signs in again whoever was signed in. Throws as `refreshSession` does. */
export const resumeSession = async (): Promise<void> => {
  if (accessToken === null && readMarker() !== null) await refreshSession();
};

/** A token in the refused one's place, of the same account; null where the session has ended. */
export const replaceToken = async (refused: string): Promise<string | null> => {
  if (accessToken === refused) await refreshSession();
  const isReplaced = accessToken !== refused && readAccountId() === readAccountId(refused);
  return isReplaced ? accessToken : null;
};

/** Whether less than a seventh of the token's life is left, by this clock alone, however wrong it goes. */
export const isTokenEnding = (): boolean => {
  const claims = readClaims(accessToken);
  return claims !== null && Date.now() - receivedAt > (claims.exp - claims.iat) * 1_000 * (6 / 7);
};

otherTabs.addEventListener('message', (event) => {
  const { accountId } = OtherTab.parse(event.data);
  if (accountId === null) {
    if (accessToken !== null) dropToken('sign-out');
    return;
  }
  if (accountId === readAccountId()) return;
  if (accessToken !== null) changeAccount(accountId);
  // Out of reach just now: the page stays at its sign-in.
  else refreshSession().catch(() => {});
});

/** Calls back after every sign-in and sign-out; answers the way to stop. */
export const subscribeToSession = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSessionEnd = (): SessionEnd => useSyncExternalStore(subscribeToSession, readSessionEnd);
