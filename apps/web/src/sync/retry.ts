import { describeError, readErrorAnswer } from '../errors.ts';
import type { Refusal, Write } from './writes.ts';

/** What an error of a call means for whoever made it. */
export type Fault =
  /** It may pass by itself; `retryAfterMs` where the server says when. `isServers`: the server tried and failed. */
  | {
      readonly kind: 'passing';
      readonly isAnswered: boolean;
      readonly isServers: boolean;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const readFault = (error: unknown): Fault => {
  const answer = readErrorAnswer(error);
  if (answer === null) return { kind: 'passing', isAnswered: false, isServers: false, retryAfterMs: null };
  const { code, httpStatus, retryAfterSeconds } = answer;
  if (httpStatus === 401) return { kind: 'signed-out' };
  if (httpStatus >= 500 || httpStatus === 408 || httpStatus === 429) {
    const retryAfterMs = retryAfterSeconds === undefined ? null : retryAfterSeconds * 1_000;
    return { kind: 'passing', isAnswered: true, isServers: httpStatus >= 500, retryAfterMs };
  }
  return { kind: 'refused', refusal: { code, message: describeError(error) } };
};

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** So often a fault of the server's keeps every other write waiting. */
const TRIES_IN_PLACE = 3;

const toDelay = (attempts: number, maxDelayMs: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** attempts, maxDelayMs) * (0.5 + Math.random() / 2);

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
    /** Until there is something to do, or for so long. */
    untilWoken: (milliseconds: number | null = null): Promise<void> => wait(milliseconds),
    /** Until it is time to try again. Waking cuts it short, unless the server has said how long to wait. */
    untilRetry(retryAfterMs: number | null, maxDelayMs = MAX_DELAY_MS): Promise<void> {
      const delay = toDelay(attempts, maxDelayMs);
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

/** Writes at which the server fails time and again: each is left alone for a while, longer each time, so that others get on. */
export const createRests = () => {
  const rests = new Map<string, { tries: number; until: number }>();
  return {
    isResting: ({ writeId }: Write, now: number): boolean => (rests.get(writeId)?.until ?? 0) > now,
    /** The server failed at it once more. */
    add({ writeId }: Write): void {
      const tries = (rests.get(writeId)?.tries ?? 0) + 1;
      const until = tries < TRIES_IN_PLACE ? 0 : Date.now() + toDelay(tries, MAX_DELAY_MS);
      rests.set(writeId, { tries, until });
    },
    remove: ({ writeId }: Write): boolean => rests.delete(writeId),
    /** Each may be tried once more now; how often it failed is remembered. */
    end(): void {
      for (const [writeId, { tries }] of rests) rests.set(writeId, { tries, until: 0 });
    },
    /** How long the first of them still rests; null where none does. */
    readShortest(now: number): number | null {
      const left = [...rests.values()].map(({ until }) => until - now).filter((milliseconds) => milliseconds > 0);
      return left.length === 0 ? null : Math.min(...left);
    },
  };
};
export type Rests = ReturnType<typeof createRests>;
