import { createTRPCClient, splitLink, type TRPCClient } from '@trpc/client';
import type { DocketFetch, TokenSource } from './attempt.ts';
import { createCallLink } from './call-link.ts';
import type { DocketRouter } from './docket-router.ts';
import { createFollowLink } from './follow-link.ts';

/**
 * Every procedure of Docket: `client.tasks.create.mutate({ title })`, `client.sync.changes.subscribe({}, { onData })`.
 * Calls fail with DocketError only.
 */
export type DocketClient = TRPCClient<DocketRouter>;

/** How a client reaches its server. */
export interface DocketClientOptions {
  /** The server's origin: `https://docket.example`. */
  url: string;
  /** A bearer token, or a function that gives one and is asked anew for each try. */
  token: TokenSource;
  /** Instead of the global `fetch`. */
  fetch?: DocketFetch;
  /** For each try; 10 unless told. To limit a whole call, hand it a `signal`. */
  timeoutSeconds?: number;
  /** How often a call that failed in passing is sent again where that is safe; 3 unless told, 0 for never. */
  retries?: number;
}

/** Longer, and `setTimeout` would fire at once. */
const MAX_TIMEOUT_SECONDS = 86_400;

/** Looked up for each request, so that what traces or replaces the global one is in force. */
const callGlobalFetch: DocketFetch = (url, init) => globalThis.fetch(url, init);

const resolveEndpoint = (url: string): string => {
  const origin = URL.canParse(url) ? new URL(url) : null;
  if (origin === null || !/^https?:$/.test(origin.protocol)) {
    throw new TypeError('`url` is the address of a Docket server, such as https://docket.example.');
  }
  if (origin.username || origin.password || origin.search || origin.hash) {
    throw new TypeError('`url` holds no user, no password, no query and no fragment.');
  }
  return `${origin.href.replace(/\/+$/, '')}/trpc`;
};

/**
 * A client for other services, typed by the server's router. Sends nothing by itself.
 * @throws {TypeError} where `url` cannot be a server's
 * @throws {RangeError} where `timeoutSeconds` or `retries` makes no sense
 */
export const createDocketClient = (options: DocketClientOptions): DocketClient => {
  const { url, token, fetch = callGlobalFetch, timeoutSeconds = 10, retries = 3 } = options;
  if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS)) {
    throw new RangeError(`\`timeoutSeconds\` is above 0 and at most ${MAX_TIMEOUT_SECONDS}.`);
  }
  if (!Number.isInteger(retries) || retries < 0) {
    throw new RangeError('`retries` is a whole number, 0 or more.');
  }
  const endpoint = resolveEndpoint(url);
  return createTRPCClient<DocketRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: createFollowLink({ endpoint, token, fetch, timeoutSeconds }),
        false: createCallLink({ endpoint, token, fetch, timeoutSeconds, retries }),
      }),
    ],
  });
};
