import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HashAnswer, type HashJob, type HashRequest, YIELDING } from './hash-job.ts';

const isSource = import.meta.url.endsWith('.ts');
const WORKER = fileURLToPath(new URL(isSource ? './hash-worker.ts' : './hash-worker.js', import.meta.url));
const NODE_FLAGS = isSource ? ['--import', 'tsx'] : [];

/** Linux's SCHED_IDLE gives the hashes only what requests leave over; a low priority alone still takes a share. */
const IDLE_SCHEDULER = '/usr/bin/chrt';

const canScheduleIdle = (): boolean =>
  spawnSync(IDLE_SCHEDULER, ['--idle', '0', process.execPath, '--version'], { stdio: 'ignore' }).status === 0;

interface PendingJob {
  resolve: (result: string | boolean) => void;
  reject: (error: Error) => void;
}

/** The hashing process ended, or did not answer, before the job was done. */
export class HashProcessError extends Error {
  override readonly name = 'HashProcessError';
}

export interface HashProcess {
  run(request: HashRequest): Promise<string | boolean>;
  close(): void;
}

/** How long the child may finish nothing while jobs wait; the dearest hash takes some seconds. */
const SILENCE_MS = 10_000;

/**
 * A child process that runs bcrypt, so that hashing cannot take the threads that token checks need.
 * It starts with the first job and again after it died or was killed for its silence; jobs under way then fail with
 * `HashProcessError`. While `isYielding`, it takes only what everything else leaves of the processor; one that was
 * silent may have got nothing, so the next one does not yield.
 */
export const createHashProcess = (options: { concurrency: number; isYielding: boolean }): HashProcess => {
  const pending = new Map<number, PendingJob>();
  let { isYielding } = options;
  const isIdle = isYielding && canScheduleIdle();
  let child: ChildProcess | undefined;
  let silence: NodeJS.Timeout | undefined;
  let lastId = 0;

  const failAll = (reason: string): void => {
    clearTimeout(silence);
    for (const job of pending.values()) job.reject(new HashProcessError(reason));
    pending.clear();
  };

  const kill = (reason: string): void => {
    const ended = child;
    child = undefined;
    // Its thread pool would work off the abandoned queue before it ended by itself, and a stopped one never would.
    ended?.kill('SIGKILL');
    failAll(reason);
  };

  /** Gives the child its time anew, while there is something to wait for. */
  const watch = (): void => {
    clearTimeout(silence);
    if (pending.size === 0) return;
    silence = setTimeout(() => {
      isYielding = false;
      kill('the hashing process did not answer');
    }, SILENCE_MS);
  };

  const start = (): ChildProcess => {
    const started = fork(WORKER, isYielding ? [YIELDING] : [], {
      ...(isYielding && isIdle
        ? { execPath: IDLE_SCHEDULER, execArgv: ['--idle', '0', process.execPath, ...NODE_FLAGS] }
        : { execArgv: NODE_FLAGS }),
      env: { UV_THREADPOOL_SIZE: String(options.concurrency) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const end = (reason: string): void => {
      if (child !== started) return;
      child = undefined;
      failAll(reason);
    };
    started.on('error', (error) => end(`the hashing process failed: ${error.message}`));
    started.on('exit', () => end('the hashing process ended'));
    started.on('message', (message) => {
      const { id, result, failure } = HashAnswer.parse(message);
      const job = pending.get(id);
      pending.delete(id);
      watch();
      if (result === undefined) job?.reject(new HashProcessError(failure ?? 'no result'));
      else job?.resolve(result);
    });
    return started;
  };

  return {
    run: (request) =>
      new Promise((resolve, reject) => {
        child ??= start();
        lastId += 1;
        const id = lastId;
        pending.set(id, { resolve, reject });
        if (pending.size === 1) watch();
        const job: HashJob = { id, request };
        child.send(job, (error) => {
          if (error === null) return;
          pending.delete(id);
          watch();
          reject(new HashProcessError(error.message));
        });
      }),
    close: () => kill('the server is stopping'),
  };
};
