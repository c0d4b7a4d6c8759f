const LOOK_EVERY_MS = 60 * 60 * 1_000;

/**
 * Keeps the page's files in this browser, so that it opens without a network, and tells when a newer version is ready.
 * Nothing changes under an open page: the newer one takes over for all tabs at once when somebody asks for it by `take`,
 * and the tabs that were not asked load it when they are not looked at, or are told themselves.
 */
export const followUpdates = async (onReady: (take: () => void) => void): Promise<void> => {
  const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  const reload = (): void => window.location.reload();
  let isAsked = false;

  const offer = (worker: ServiceWorker): void =>
    onReady(() => {
      isAsked = true;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origin
      worker.postMessage({ type: 'SKIP_WAITING' });
    });
  const watch = (worker: ServiceWorker | null): void => {
    worker?.addEventListener('statechange', () => {
      // The very first one changes nothing for the page that brought it.
      if (worker.state === 'installed' && navigator.serviceWorker.controller !== null) offer(worker);
    });
  };

  if (registration.waiting && navigator.serviceWorker.controller !== null) offer(registration.waiting);
  watch(registration.installing);
  registration.addEventListener('updatefound', () => watch(registration.installing));
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (isAsked || document.hidden) reload();
    else onReady(reload);
  });
  setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
};
