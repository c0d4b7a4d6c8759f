/** A terminal sends Ctrl-C to the whole group and a package manager passes it on, which makes two signals of one wish. */
const REPEAT_MS = 500;

/**
 * The listener for signals that ask the process to stop: the first calls `leave`, a later one `endNow`. What repeats the
 * first within half a second changes nothing. `now` is a clock in milliseconds.
 */
export const createStopListener = (
  actions: { leave: () => void; endNow: () => void },
  now: () => number = () => performance.now(),
): (() => void) => {
  let firstAt: number | undefined;
  return () => {
    if (firstAt === undefined) {
      firstAt = now();
      actions.leave();
    } else if (now() - firstAt >= REPEAT_MS) {
      actions.endNow();
    }
  };
};
