import type { ChangeHints } from '@docket/db';

/** Counts the streams that each user has open in this process. */
export const createStreamPlaces = (limit: number) => {
  const taken = new Map<string, number>();
  return {
    /** A place to dispose of when the stream ends; null where the user has none left. */
    take(userId: string): Disposable | null {
      const count = taken.get(userId) ?? 0;
      if (count >= limit) return null;
      taken.set(userId, count + 1);
      return {
        [Symbol.dispose]() {
          const left = (taken.get(userId) ?? 1) - 1;
          if (left === 0) taken.delete(userId);
          else taken.set(userId, left);
        },
      };
    },
  };
};

/** Waits for hints, one after another; several that come between two waits are one. */
export interface HintWait extends Disposable {
  /** Resolves at the next hint, after about so many milliseconds, or when the stream ends. */
  next(milliseconds: number): Promise<void>;
  hasEnded(): boolean;
}

/** Followers spread over time, so that they do not all look at once. */
const spread = (milliseconds: number): number => milliseconds * (0.75 + Math.random() / 2);

export const waitForHint = (changeHints: ChangeHints, userId: string, signal: AbortSignal | undefined): HintWait => {
  const end = signal === undefined ? changeHints.closing : AbortSignal.any([signal, changeHints.closing]);
  let isHinted = false;
  let wake: (() => void) | undefined;
  const hint = (): void => {
    isHinted = true;
    wake?.();
  };
  const stop = changeHints.follow(userId, hint);
  end.addEventListener('abort', hint);
  return {
    hasEnded: () => end.aborted,
    next: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(hint, spread(milliseconds));
        wake = () => {
          clearTimeout(timer);
          wake = undefined;
          isHinted = false;
          resolve();
        };
        if (isHinted || end.aborted) wake();
      }),
    [Symbol.dispose]() {
      stop();
      end.removeEventListener('abort', hint);
      wake?.();
    },
  };
};
