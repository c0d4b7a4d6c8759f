import { useSyncExternalStore } from 'react';
import { callLogout, callRefresh } from './cookie-calls.ts';
import { readErrorAnswer } from './errors.ts';
import { readLeaving, writeLeaving } from './leaving.ts';
import { isRecord, parseRecord } from './records.ts';

/** Why the last session of this page ended; null while one lives or none ever did. `elsewhere`: in another tab. */
export type SessionEnd = 'sign-out' | 'expiry' | 'deletion' | 'elsewhere' | null;

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

const decodeClaims = (token: string | null): string | null => {
  try {
    return atob((token?.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return null;
  }
};

const readClaims = (token: string | null): { sub: string; iat: number; exp: number } | null => {
  const { sub, iat, exp } = parseRecord(decodeClaims(token)) ?? {};
  return typeof sub === 'string' && typeof iat === 'number' && typeof exp === 'number' ? { sub, iat, exp } : null;
};

/** How long a sign-out waits for the server. */
const SIGN_OUT_MILLISECONDS = 3_000;

// The browser may have been killed while somebody signed out.
if (readLeaving() !== null) writeMarker(null);

/** Who is signed in: the marker's word is taken until the server denies it, so that a page opens without an answer. */
let account = readMarker();
let accessToken: string | null = null;
let receivedAt = 0;
let endedBy: SessionEnd = null;
/** Somebody is on the way out, and the server is being told. */
let isLeaving = false;
/** Counts sign-ins and sign-outs: what a refresh answers is not good for another session than the one it began in. */
let generation = 0;
const listeners = new Set<() => void>();

const otherTabs = new BroadcastChannel('docket.session');

const tellOtherTabs = (accountId: string | null): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin and no other
  otherTabs.postMessage({ accountId });
};

const notify = (): void => {
  for (const listener of listeners) listener();
};

/** Whose token it is, unverified. */
const readSubject = (token: string): string | null => readClaims(token)?.sub ?? null;

/** Who is signed in, whether or not the server can be asked just now; null where nobody is. */
export const readAccountId = (): string | null => account;

export const readAccessToken = (): string | null => accessToken;

export const readSessionEnd = (): SessionEnd => endedBy;

/** Whether nothing more is to be sent for this account, because it is being signed out. */
export const isSigningOut = (): boolean => isLeaving;

/** Silent while the account stays the same one: calls read the token when they are made. */
const keepToken = (token: string): void => {
  const subject = readSubject(token);
  const isSameAccount = account === subject;
  accessToken = token;
  account = subject;
  receivedAt = Date.now();
  endedBy = null;
  writeMarker(subject);
  if (!isSameAccount) notify();
};

const dropToken = (end: SessionEnd): void => {
  generation += 1;
  isLeaving = false;
  accessToken = null;
  account = null;
  endedBy = end;
  notify();
};

/** Somebody else signed in elsewhere in this browser: nothing of the old account stays, the page begins anew as theirs. */
const changeAccount = (accountId: string | null): void => {
  dropToken('elsewhere');
  writeMarker(accountId);
  // A moment later, when no text of the old account's is left that the browser would ask about.
  setTimeout(() => window.location.reload());
};

/** Signed in, here and in the browser's other tabs. */
export const startSession = (token: string): void => {
  generation += 1;
  keepToken(token);
  tellOtherTabs(account);
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

/**
 * Signs out, here and in the browser's other tabs. Resolves to whether the server could be told in time; where not,
 * `finishLeaving` tells it later.
 */
export const signOut = async (): Promise<boolean> => {
  const token = accessToken;
  writeLeaving(account);
  // From here on no tab takes the end of the session for an expiry.
  isLeaving = true;
  tellOtherTabs(null);
  notify();
  const isTold = await callLogout(token, AbortSignal.timeout(SIGN_OUT_MILLISECONDS)).then(
    () => true,
    () => false,
  );
  if (isTold) writeLeaving(null);
  endSession('sign-out');
  return isTold;
};

/**
 * Takes a token for whom this browser has signed in. Another tab of ours that signed somebody else in has changed the
 * marker; a cookie of anybody else came from elsewhere, such as another port of the host.
 */
const receiveToken = (token: string): void => {
  const subject = readSubject(token);
  const marked = readMarker();
  const expected = account ?? marked;
  if (expected === null || expected === subject) keepToken(token);
  else if (subject === marked) changeAccount(subject);
  else endSession('expiry');
};

const refresh = async (): Promise<void> => {
  const begun = generation;
  if (readLeaving() !== null) {
    if (account !== null && !isLeaving) dropToken('elsewhere');
    throw new Error('The session is about to be ended.');
  }
  try {
    const token = await callRefresh();
    if (begun === generation) receiveToken(token);
  } catch (error) {
    if (readErrorAnswer(error)?.httpStatus !== 401) throw error;
    if (begun === generation) endSession(isLeaving ? 'sign-out' : 'expiry');
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

/** For a page that has just loaded: fetches the token of whoever is signed in. Throws as `refreshSession` does. */
export const resumeSession = async (): Promise<void> => {
  if (accessToken === null && account !== null) await refreshSession();
};

/** A token in the refused one's place, of the same account; null where the session has ended. */
export const replaceToken = async (refused: string): Promise<string | null> => {
  if (accessToken === refused) await refreshSession();
  const isReplaced = accessToken !== refused && account === readSubject(refused);
  return isReplaced ? accessToken : null;
};

/** Whether less than a seventh of the token's life is left, by this clock alone, however wrong it goes. */
export const isTokenEnding = (): boolean => {
  const claims = readClaims(accessToken);
  return claims !== null && Date.now() - receivedAt > (claims.exp - claims.iat) * 1_000 * (6 / 7);
};

otherTabs.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const accountId = isRecord(data) && typeof data['accountId'] === 'string' ? data['accountId'] : null;
  if (accountId === null) {
    if (account !== null) dropToken('elsewhere');
    return;
  }
  if (accountId === account) return;
  if (account !== null) changeAccount(accountId);
  // Out of reach just now: the page stays at its sign-in.
  else refreshSession().catch(() => {});
});

/** Calls back after every sign-in and sign-out; answers the way to stop. */
export const subscribeToSession = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSessionEnd = (): SessionEnd => useSyncExternalStore(subscribeToSession, readSessionEnd);
