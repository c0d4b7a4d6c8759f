import type { ChangeHints } from '@docket/db';

/** Waits for hints, one after another; however many come between two waits are one. */
export interface HintWait extends Disposable {
  /** Resolves at the next hint, after about so many milliseconds, or when the signal aborts. */
  next(milliseconds: number): Promise<void>;
}

/** Followers spread over time, so that they do not all look at once. */
const spread = (milliseconds: number): number => milliseconds * (0.75 + Math.random() / 2);

/** Follows a user's hints until it is disposed of. */
export const waitForHints = (changeHints: ChangeHints, userId: string, signal: AbortSignal | undefined): HintWait => {
  let isHinted = false;
  let wake: (() => void) | undefined;
  const hint = (): void => {
    isHinted = true;
    wake?.();
  };
  const stopFollowing = changeHints.follow(userId, hint);
  signal?.addEventListener('abort', hint);
  return {
    next: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(hint, spread(milliseconds));
        wake = () => {
          clearTimeout(timer);
          wake = undefined;
          isHinted = false;
          resolve();
        };
        if (isHinted) wake();
      }),
    [Symbol.dispose]() {
      stopFollowing();
      signal?.removeEventListener('abort', hint);
    },
  };
};
