import type { AppRouter } from '@docket/api';
import { createTRPCClient, httpLink } from '@trpc/client';
import { readErrorAnswer } from './errors.ts';
import { createFetchInTime } from './fetch-in-time.ts';
import { readLeaving, writeLeaving } from './leaving.ts';
import { readFault } from './sync/retry.ts';
import { takeTurns } from './take-turns.ts';

/** Whatever reads, sets or clears the session's cookie goes one after the other, over all tabs. */
const TURN = 'docket.refresh';

/** The answer to a call of a page that is gone must not set a cookie any more. */
const fetchBound = createFetchInTime(20_000, { isBound: true });
const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/trpc', fetch: fetchBound })] });

/** A sign-out goes on when its page is closed. */
const signOutClient = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: '/trpc',
      fetch: createFetchInTime(20_000),
      headers: ({ op }) => ({ authorization: `Bearer ${String(op.context['token'])}` }),
    }),
  ],
});

let refreshing = new AbortController();
const breakOff = (): void => {
  refreshing.abort();
  refreshing = new AbortController();
};

const otherTabs = new BroadcastChannel('docket.refresh');
otherTabs.addEventListener('message', breakOff);

/** A browser heeds the cookie of each answer that arrives, also of one that comes after somebody else has signed in. */
const breakOffRefreshes = (): void => {
  breakOff();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin and no other
  otherTabs.postMessage(null);
};

/**
 * A new access token for the browser's refresh cookie. One tab asks after the other: an answer may bring the cookie that
 * the next question needs. Rejects without an answer where somebody signs in or out meanwhile, in any tab.
 *
 * @throws {TRPCClientError} UNAUTHORIZED where there is no good cookie
 */
export const callRefresh = async (): Promise<string> => {
  const { signal } = refreshing;
  const { access_token } = await takeTurns(TURN, () => {
    signal.throwIfAborted();
    return client.auth.refresh.mutate(undefined, { signal });
  });
  return access_token;
};

/** Ends what a sign-out has left behind. A refusal is no outage: then nothing can be ended by this cookie. */
const endLeftSession = async (): Promise<void> => {
  if (readLeaving() === null) return;
  try {
    await client.auth.endCookieSession.mutate();
  } catch (error) {
    if (readFault(error).kind === 'passing') throw error;
  }
  writeLeaving(null);
};

/** Ends the session of whoever signed out while the server could not be told. Rejects where it still cannot be. */
export const finishLeaving = async (): Promise<void> => {
  breakOffRefreshes();
  await takeTurns(TURN, endLeftSession);
};

/**
 * Ends the session of this token, or of the cookie where there is none or it is not good any more. Rejects where the
 * server cannot be told before `signal` aborts; then it is not told later either.
 */
export const callLogout = async (token: string | null, signal: AbortSignal): Promise<void> => {
  breakOffRefreshes();
  const end = async (): Promise<void> => {
    signal.throwIfAborted();
    try {
      if (token !== null) {
        await signOutClient.auth.logout.mutate(undefined, { signal, context: { token } });
        return;
      }
    } catch (error) {
      if (readErrorAnswer(error)?.httpStatus !== 401) throw error;
    }
    await client.auth.endCookieSession.mutate(undefined, { signal });
  };
  const tooLate = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The server was not told in time.')));
  });
  await Promise.race([takeTurns(TURN, end), tooLate]);
};

/** For the calls that begin a session, or end it with the account: their answers set or clear the cookie. */
export const fetchInTurn: typeof fetchBound = async (url, init) => {
  breakOffRefreshes();
  return takeTurns(TURN, async () => {
    await endLeftSession();
    return fetchBound(url, init);
  });
};
