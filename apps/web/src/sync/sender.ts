import type { Task } from '@docket/domain';
import { type Pause, readFault, type Rests } from './retry.ts';
import type { SyncApi } from './sync-api.ts';
import type { Refusal, Write } from './writes.ts';

const TIMEOUT_MS = 30_000;

interface SenderOptions {
  api: SyncApi;
  pause: Pause;
  rests: Rests;
  signal: AbortSignal;
  /** The first to send of those that are not to be left alone for now. */
  next(isResting: (write: Write) => boolean): Write | undefined;
  /** Whether this tab may still send it. */
  confirm(write: Write): Promise<boolean>;
  /** Told with the task that the server answered; a deletion answers none. */
  onDone(write: Write, task: Task | null): Promise<void>;
  onRefused(write: Write, refusal: Refusal): Promise<void>;
  onSignedOut(): void;
  /** Whether answers come. */
  onAnswered(isAnswered: boolean): void;
}

const send = async (api: SyncApi, write: Write, signal: AbortSignal): Promise<Task | null> => {
  const id = write.taskId;
  if (write.kind === 'create') return api.create({ ...write.fields, id }, signal);
  if (write.kind === 'update') return api.update({ ...write.fields, id }, signal);
  if (write.kind === 'restore') return api.restore({ id }, signal);
  await api.delete({ id }, signal);
  return null;
};

/** A call whose answer is awaited for so long at most; also a call that does not heed its signal. */
const sendInTime = (api: SyncApi, write: Write, signal: AbortSignal): Promise<Task | null> => {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return Promise.race([
    send(api, write, ending),
    new Promise<never>((_, reject) => {
      ending.addEventListener('abort', () => reject(new Error('No answer came in time.')));
    }),
  ]);
};

const explain = ({ kind }: Write, refusal: Refusal): Refusal => {
  if (refusal.code !== 'NOT_FOUND') return refusal;
  const message = kind === 'restore' ? 'The task was deleted for good.' : 'The task was deleted elsewhere.';
  return { ...refusal, message };
};

/**
 * Sends the outbox in its order, one write at a time, until `signal` aborts. Nothing is taken out of it before the server
 * has answered; a call whose answer was lost is made again, which is harmless, because ids are made here. Where the server
 * fails at one write time and again, those of other tasks go on meanwhile.
 */
export const runSender = async (options: SenderOptions): Promise<void> => {
  const { api, pause, rests, signal } = options;

  const handle = async (write: Write, error: unknown): Promise<void> => {
    const fault = readFault(error);
    if (fault.kind === 'signed-out') return options.onSignedOut();
    if (fault.kind === 'passing') {
      options.onAnswered(fault.isAnswered);
      if (fault.isServers) rests.add(write);
      return pause.untilRetry(fault.retryAfterMs);
    }
    // Gone is gone, whoever deleted it.
    if (write.kind === 'delete' && fault.refusal.code === 'NOT_FOUND') return options.onDone(write, null);
    return options.onRefused(write, explain(write, fault.refusal));
  };

  while (!signal.aborted) {
    const now = Date.now();
    const write = options.next((one) => rests.isResting(one, now));
    if (write === undefined) await pause.untilWoken(rests.readShortest(now));
    else if (!(await options.confirm(write))) await pause.untilRetry(null);
    else {
      try {
        const task = await sendInTime(api, write, signal);
        pause.calm();
        rests.remove(write);
        options.onAnswered(true);
        await options.onDone(write, task);
      } catch (error) {
        if (!signal.aborted) await handle(write, error);
      }
    }
  }
};
