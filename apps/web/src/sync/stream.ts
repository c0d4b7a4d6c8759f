import type { Changes } from '@docket/domain';
import { type Pause, readFault } from './retry.ts';
import type { SyncApi } from './sync-api.ts';
import type { Connection } from './task-store.ts';

/** A stream that tells nothing at first, not even that there is nothing, is held back on its way: ask instead. */
const SILENCE_MS = 15_000;
/** While somebody looks at the page, a server that is back is found soon. */
const WATCHED_MAX_DELAY_MS = 2_000;

interface StreamOptions {
  api: SyncApi;
  pause: Pause;
  /** Up to which revision all is known. */
  readRevision(): number | undefined;
  /** `since` is what was asked for. */
  onChanges(changes: Changes, since: number | undefined): void;
  onConnection(connection: Connection): void;
  onSignedOut(): void;
}

/** Keeps up with the server's changes while it runs: asks once for what was missed, then follows. */
export const createStream = ({ api, pause, readRevision, onChanges, onConnection, onSignedOut }: StreamOptions) => {
  let breakOff: ((reason: unknown) => void) | undefined;

  const pull = async (signal: AbortSignal): Promise<void> => {
    const since = readRevision();
    const changes = await api.pull(since, signal);
    if (!signal.aborted) onChanges(changes, since);
  };

  /** Answers why the stream ended. */
  const follow = async (signal: AbortSignal): Promise<unknown> => {
    const ended = new AbortController();
    let isSilent = true;
    let stop: (() => void) | undefined;
    const reason = await new Promise<unknown>((resolve) => {
      breakOff = resolve;
      signal.addEventListener('abort', resolve, { signal: ended.signal });
      const timer = setInterval(() => {
        if (isSilent) pull(signal).catch(resolve);
      }, SILENCE_MS);
      ended.signal.addEventListener('abort', () => clearInterval(timer));
      stop = api.follow(readRevision(), {
        onChanges: (changes) => {
          if (ended.signal.aborted) return;
          isSilent = false;
          pause.calm();
          onChanges(changes, readRevision());
          onConnection('live');
        },
        onEnd: resolve,
      });
    });
    breakOff = undefined;
    ended.abort();
    stop?.();
    return reason;
  };

  return {
    async run(signal: AbortSignal): Promise<void> {
      const rest = async (error: unknown, connection: Connection): Promise<void> => {
        const fault = readFault(error);
        if (signal.aborted) return;
        if (fault.kind === 'signed-out') return onSignedOut();
        const isAnswered = fault.kind === 'refused' || fault.isAnswered;
        onConnection(isAnswered ? 'connecting' : connection);
        const maxDelayMs = isAnswered || document.hidden ? undefined : WATCHED_MAX_DELAY_MS;
        await pause.untilRetry(fault.kind === 'passing' ? fault.retryAfterMs : null, maxDelayMs);
      };
      onConnection('connecting');
      while (!signal.aborted) {
        try {
          await pull(signal);
        } catch (error) {
          await rest(error, 'offline');
          continue;
        }
        await rest(await follow(signal), 'connecting');
      }
    },
    /** The network changed: whether the stream still lives shows only by opening it again. */
    restart: (): void => breakOff?.(new Error('Restarted.')),
  };
};
