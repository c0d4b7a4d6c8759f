import { useSyncExternalStore } from 'react';

/** The pages that links in mails lead to. */
const PAGES = new Set(['/reset-password', '/confirm-email']);

let token: string | null = null;
const listeners = new Set<() => void>();

/** Takes the token out of the address, so that neither history nor a screenshot nor a shared address holds it. */
const takeToken = (): void => {
  const { pathname, search, hash } = window.location;
  const found = /^#token=(.+)$/.exec(hash)?.[1];
  if (found === undefined || !PAGES.has(pathname)) return;
  token = found;
  window.history.replaceState(window.history.state, '', pathname + search);
  for (const listener of listeners) listener();
};

takeToken();
// Another link pasted into the address bar of the page that one is on.
window.addEventListener('hashchange', takeToken);

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What the link that was opened from a mail carries; null where the page was opened without one. */
export const useLinkToken = (): string | null => useSyncExternalStore(subscribe, () => token);
