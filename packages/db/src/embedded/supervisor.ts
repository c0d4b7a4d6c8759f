import { setTimeout as sleep } from 'node:timers/promises';
import type { Postmaster } from './postmaster.ts';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;
/** A server that ran this long was well: the next failure waits the shortest time again. */
const STEADY_MS = 30_000;

export interface EmbeddedPostgresEvent {
  level: 'info' | 'warn' | 'error';
  message: string;
}

interface SupervisorOptions {
  first: Postmaster;
  /** Starts the server again on the same port. */
  relaunch: (signal: AbortSignal) => Promise<Postmaster>;
  /** Whether the data folder is still this process's to use. */
  isOurs: () => boolean;
  onEvent: (event: EmbeddedPostgresEvent) => void;
}

/**
 * Keeps a server running: one that ends by itself is started again, at first after 0.2 s and at most every 5 s.
 * `stop` ends the watching and the server, also in the midst of a restart.
 */
export const superviseServer = ({ first, relaunch, isOurs, onEvent }: SupervisorOptions) => {
  const stopping = new AbortController();
  let current: Postmaster | undefined = first;
  let delayMs = FIRST_DELAY_MS;

  const pause = async (): Promise<void> => {
    await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
  };

  const restart = async (): Promise<Postmaster | undefined> => {
    for (;;) {
      await pause();
      if (stopping.signal.aborted) return undefined;
      if (!isOurs()) {
        onEvent({ level: 'error', message: 'PostgreSQL stays stopped: its folder was removed or taken over.' });
        return undefined;
      }
      try {
        return await relaunch(stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return undefined;
        onEvent({ level: 'error', message: error instanceof Error ? error.message : String(error) });
      }
    }
  };

  const watch = async (): Promise<void> => {
    while (current !== undefined) {
      const startedAt = Date.now();
      const reason = await current.ended;
      if (stopping.signal.aborted) return;
      onEvent({ level: 'warn', message: `PostgreSQL stopped unexpectedly (${reason}); it is started again.` });
      if (Date.now() - startedAt > STEADY_MS) delayMs = FIRST_DELAY_MS;
      current = await restart();
      if (current !== undefined) onEvent({ level: 'info', message: 'PostgreSQL runs again.' });
    }
  };

  const watching = watch();
  // Without this a process that ends by an uncaught error would leave its server behind.
  const interruptOnExit = (): void => current?.interrupt();
  process.on('exit', interruptOnExit);

  const stop = async (): Promise<void> => {
    stopping.abort();
    await current?.stop();
    await watching;
    // A restart that had just succeeded when the stop was asked for.
    await current?.stop();
    process.off('exit', interruptOnExit);
  };
  return { stop };
};
