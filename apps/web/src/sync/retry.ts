import { describeError, readErrorAnswer } from '../errors.ts';
import type { Refusal } from './writes.ts';

/** What an error of a call means for whoever made it. */
export type Fault =
  /** It may pass by itself; `retryAfterMs` where the server says when. */
  | { readonly kind: 'passing'; readonly isAnswered: boolean; readonly retryAfterMs: number | null }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const readFault = (error: unknown): Fault => {
  const answer = readErrorAnswer(error);
  if (answer === null) return { kind: 'passing', isAnswered: false, retryAfterMs: null };
  const { code, httpStatus, retryAfterSeconds } = answer;
  if (httpStatus === 401) return { kind: 'signed-out' };
  if (httpStatus >= 500 || httpStatus === 408 || httpStatus === 429) {
    const retryAfterMs = retryAfterSeconds === undefined ? null : retryAfterSeconds * 1_000;
    return { kind: 'passing', isAnswered: true, retryAfterMs };
  }
  return { kind: 'refused', refusal: { code, message: describeError(error) } };
};

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/** Waits between tries, longer each time and never quite as long as others do. */
export const createPause = (signal: AbortSignal) => {
  let attempts = 0;
  let wake: (() => void) | undefined;

  const wait = (milliseconds: number | null, isFirm = false): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = milliseconds === null ? undefined : setTimeout(() => end(), milliseconds);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        wake = undefined;
        resolve();
      };
      signal.addEventListener('abort', end);
      wake = isFirm ? undefined : end;
    });

  return {
    /** Until there is something to do. */
    untilWoken: (): Promise<void> => wait(null),
    /** Until it is time to try again. Waking cuts it short, unless the server has said how long to wait. */
    untilRetry(retryAfterMs: number | null): Promise<void> {
      const delay = Math.min(FIRST_DELAY_MS * 2 ** attempts, MAX_DELAY_MS) * (0.5 + Math.random() / 2);
      attempts = Math.min(attempts + 1, 10);
      return wait(Math.max(delay, retryAfterMs ?? 0), retryAfterMs !== null);
    },
    /** Something might have changed: try now. */
    wake: (): void => wake?.(),
    /** It works again: the next wait is a short one. */
    calm: (): void => {
      attempts = 0;
    },
  };
};
export type Pause = ReturnType<typeof createPause>;
