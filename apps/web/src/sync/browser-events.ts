const LONG_HIDDEN_MS = 30_000;
/** How often a tab looks for what a lost hint kept from it. */
const TICK_MS = 5_000;

interface BrowserEvents {
  /** The browser says that it is online or offline, which is a hint and no more. */
  onNetwork(): void;
  /** The tab can be seen again; `isLong` after half a minute or more. */
  onVisible(isLong: boolean): void;
  onTick(isVisible: boolean): void;
}

/** Tells of what happens around the page until `signal` aborts. */
export const watchBrowser = (signal: AbortSignal, { onNetwork, onVisible, onTick }: BrowserEvents): void => {
  let hiddenSince = Date.now();
  window.addEventListener('online', onNetwork, { signal });
  window.addEventListener('offline', onNetwork, { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) hiddenSince = Date.now();
      else onVisible(Date.now() - hiddenSince >= LONG_HIDDEN_MS);
    },
    { signal },
  );
  const timer = setInterval(() => onTick(!document.hidden), TICK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
};

const PAINT_TIMEOUT_MS = 200;

/** Resolves when what was changed just now has been painted; out of sight, after a moment. */
export const untilPainted = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, PAINT_TIMEOUT_MS);
    // The first frame may come ahead of what is still to be rendered.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
  });
