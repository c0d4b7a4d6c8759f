import { finishLeaving } from './cookie-calls.ts';
import { readLeaving } from './leaving.ts';
import { isSigningOut } from './session.ts';

const TICK_MS = 5_000;

/** Ends, as soon as the server can be told, the session of whoever signed out without a connection. */
export const watchLeaving = (): void => {
  const finish = (): void => {
    // It still cannot be told: the next tick tries again.
    if (readLeaving() !== null && !isSigningOut()) finishLeaving().catch(() => {});
  };
  finish();
  window.addEventListener('online', finish);
  setInterval(finish, TICK_MS);
};
