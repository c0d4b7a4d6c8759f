import { type Answer, readAnswer } from './answer.ts';
import { DocketError } from './docket-error.ts';
import type { MutationPath } from './docket-router.ts';

/** The bearer token, or what gives one; asked anew for each try, so that it may change while the client lives. */
export type TokenSource = string | (() => string | Promise<string>);

/** As much of `fetch` as the client needs: the global one fits, and so do those of undici and of test tools. */
export type DocketFetch = (
  url: string,
  init: {
    method: 'GET' | 'POST';
    headers: Record<string, string>;
    redirect: 'manual';
    signal: AbortSignal;
    body?: string;
  },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
  /** Of what follows changes: the stream. */
  body?: { getReader(): StreamReader } | null;
}>;

/** As much of a stream's reader as following changes needs. */
interface StreamReader {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: unknown }>;
  cancel(): Promise<void>;
}

/** One call of a procedure, however often it is tried. */
export interface Call {
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  input: unknown;
  /** The caller's own. */
  signal: AbortSignal | null | undefined;
}

/** How calls are sent. */
export interface Transport {
  /** Where the router is mounted, without a slash at the end. */
  endpoint: string;
  token: TokenSource;
  fetch: DocketFetch;
  timeoutSeconds: number;
}

/** These need no token; so a token source may itself sign in with this client. */
const TOKENLESS: ReadonlySet<string> = new Set<MutationPath>([
  'auth.signup',
  'auth.login',
  'auth.requestPasswordReset',
  'auth.checkResetLink',
  'auth.resetPassword',
]);

/** Visible ASCII. `fetch` would refuse anything else in a message that quotes the token. */
const TOKEN = /^[\x21-\x7e]+$/;

/** @throws {DocketError} TOKEN_UNAVAILABLE */
export const obtainToken = async (path: string, source: TokenSource): Promise<string> => {
  const options = { code: 'TOKEN_UNAVAILABLE', path } as const;
  let token: unknown;
  try {
    token = typeof source === 'function' ? await source() : source;
  } catch (cause) {
    throw new DocketError({ ...options, message: 'The token could not be obtained.', cause });
  }
  if (typeof token === 'string' && TOKEN.test(token)) return token;
  throw new DocketError({ ...options, message: 'The token is empty, or holds what no bearer token can.' });
};

const writeInput = ({ path, input }: Call): string | undefined => {
  try {
    return JSON.stringify(input);
  } catch (cause) {
    throw new DocketError({ code: 'BAD_REQUEST', path, message: 'The input cannot be written as JSON.', cause });
  }
};

const createRequest = (call: Call, endpoint: string): { url: string; method: 'GET' | 'POST'; body?: string } => {
  const url = `${endpoint}/${call.path}`;
  const input = writeInput(call);
  if (call.type !== 'query') return { url, method: 'POST', ...(input === undefined ? {} : { body: input }) };
  return { url: input === undefined ? url : `${url}?input=${encodeURIComponent(input)}`, method: 'GET' };
};

/** The system's name of what went wrong, such as ECONNREFUSED; `fetch` hides it one cause down. */
export const findSystemCode = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error)) return undefined;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : findSystemCode(cause.cause);
};

const exchange = async (call: Call, { endpoint, token, fetch }: Transport, signal: AbortSignal): Promise<Answer> => {
  const { url, ...request } = createRequest(call, endpoint);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (request.method === 'POST') headers['content-type'] = 'application/json';
  if (!TOKENLESS.has(call.path)) headers['authorization'] = `Bearer ${await obtainToken(call.path, token)}`;
  try {
    // The token may have come after the time was over.
    signal.throwIfAborted();
    // A followed redirect would turn a POST into a GET.
    const response = await fetch(url, { ...request, headers, redirect: 'manual', signal });
    return {
      status: response.status,
      contentType: response.headers.get('content-type'),
      retryAfter: response.headers.get('retry-after'),
      body: await response.text(),
    };
  } catch (cause) {
    const systemCode = findSystemCode(cause);
    throw new DocketError({
      code: 'NETWORK_ERROR',
      path: call.path,
      message: `The connection to Docket failed${systemCode === undefined ? '' : ` (${systemCode})`}.`,
      cause,
    });
  }
};

const createAbortedError = ({ path, signal }: Call): DocketError =>
  new DocketError({ code: 'ABORTED', path, message: `The call of ${path} was aborted.`, cause: signal?.reason });

const createTimeoutError = (path: string, timeoutSeconds: number): DocketError =>
  new DocketError({ code: 'TIMEOUT', path, message: `Docket did not answer in ${timeoutSeconds} seconds.` });

/**
 * Sends the call once and reads the answer, in no more than `timeoutSeconds` from asking for the token to the last byte.
 * @throws {DocketError}
 */
export const attemptCall = async (call: Call, transport: Transport): Promise<unknown> => {
  if (call.signal?.aborted === true) throw createAbortedError(call);
  const { path, signal } = call;
  const { timeoutSeconds } = transport;
  const controller = new AbortController();
  const answer = await new Promise<Answer>((resolve, reject) => {
    const stopWaiting = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    // Settled here too, because a `fetch` or a token source may not heed the signal.
    const giveUp = (error: DocketError): void => {
      stopWaiting();
      reject(error);
      controller.abort();
    };
    const onAbort = (): void => giveUp(createAbortedError(call));
    const timer = setTimeout(() => giveUp(createTimeoutError(path, timeoutSeconds)), timeoutSeconds * 1000);
    signal?.addEventListener('abort', onAbort);
    exchange(call, transport, controller.signal).finally(stopWaiting).then(resolve, reject);
  });
  return readAnswer(path, answer);
};
