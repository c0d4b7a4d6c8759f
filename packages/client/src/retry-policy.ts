import { DocketError } from './docket-error.ts';
import type { MutationPath } from './docket-router.ts';

/** Carried out twice, these leave what once would have left. A second `tasks.delete` would answer NOT_FOUND. */
const REPEATABLE_MUTATIONS: ReadonlySet<string> = new Set<MutationPath>([
  'account.update',
  'auth.checkResetLink',
  'tasks.create',
  'tasks.update',
  'tasks.restore',
]);

const PASSING_STATUSES: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

const BASE_DELAY_MILLISECONDS = 200;
const MAX_DELAY_MILLISECONDS = 10_000;
/** Who is asked to stay away for longer is told so instead of being kept waiting. */
const MAX_RETRY_AFTER_SECONDS = 30;

/** Whether the same call may be sent again after this failure, and may then succeed. */
export const isRetryable = (call: { type: string; path: string }, error: DocketError): boolean => {
  if ((error.retryAfterSeconds ?? 0) > MAX_RETRY_AFTER_SECONDS) return false;
  // Refused before it was carried out: nothing can happen twice.
  if (error.httpStatus === 429) return true;
  const isRepeatable = call.type === 'query' || REPEATABLE_MUTATIONS.has(call.path);
  const isPassing =
    error.code === 'NETWORK_ERROR' || error.code === 'TIMEOUT' || PASSING_STATUSES.has(error.httpStatus);
  return isRepeatable && isPassing;
};

/**
 * Whether a stream that failed may be opened again, however long that takes; also where the token source failed because
 * its own call of Docket did so in passing.
 */
export const isWorthWaiting = ({ code, httpStatus = 0, cause }: DocketError): boolean =>
  code === 'NETWORK_ERROR' ||
  code === 'TIMEOUT' ||
  httpStatus === 429 ||
  httpStatus >= 500 ||
  (code === 'TOKEN_UNAVAILABLE' && cause instanceof DocketError && isWorthWaiting(cause));

/**
 * How long to wait ahead of a retry (the first is number 0): twice as long each time, and no sooner than the server asked,
 * spread by `random` (0 to 1) so that many clients do not come back at once.
 */
export const computeDelayMilliseconds = (retry: number, retryAfterSeconds: number, random: number): number => {
  const backoff = Math.min(BASE_DELAY_MILLISECONDS * 2 ** retry, MAX_DELAY_MILLISECONDS);
  return Math.max(backoff * (0.5 + random / 2), retryAfterSeconds * 1000 + BASE_DELAY_MILLISECONDS * random);
};
