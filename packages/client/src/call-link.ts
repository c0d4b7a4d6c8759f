import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { uuidv7 } from 'uuidv7';
import { attemptCall, type Call, type Transport } from './attempt.ts';
import { DocketError } from './docket-error.ts';
import type { DocketRouter, MutationPath } from './docket-router.ts';
import { computeDelayMilliseconds, isRetryable } from './retry-policy.ts';

const CREATE_TASK: MutationPath = 'tasks.create';

/** A create without an id would make a second task when repeated; with one it answers the first. */
const identifyCreate = (call: Call): Call => {
  const { input } = call;
  if (call.path !== CREATE_TASK || typeof input !== 'object' || input === null) return call;
  return 'id' in input && input.id !== undefined ? call : { ...call, input: { ...input, id: uuidv7() } };
};

/** Ends early when the signal does; the next try then says so. */
const wait = (milliseconds: number, signal: Call['signal']): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish);
    if (signal?.aborted === true) finish();
  });

const callWithRetries = async (call: Call, options: Transport & { retries: number }): Promise<unknown> => {
  for (let retry = 0; ; retry += 1) {
    try {
      return await attemptCall(call, options);
    } catch (error) {
      const isLast = retry >= options.retries;
      if (isLast || !(error instanceof DocketError) || !isRetryable(call, error)) throw error;
      await wait(computeDelayMilliseconds(retry, error.retryAfterSeconds ?? 0, Math.random()), call.signal);
    }
  }
};

/** Sends each call by itself, again where that is safe, and fails with DocketError only. */
export const createCallLink =
  (options: Transport & { retries: number }): TRPCLink<DocketRouter> =>
  () =>
  ({ op }) =>
    observable((observer) => {
      const succeed = (output: unknown): void => {
        observer.next({ result: { type: 'data', data: output } });
        observer.complete();
      };
      const fail = (cause: unknown): void => observer.error(toDocketError(op.path, cause));
      callWithRetries(identifyCreate(op), options).then(succeed, fail);
    });

const toDocketError = (path: string, cause: unknown): DocketError =>
  cause instanceof DocketError
    ? cause
    : new DocketError({ code: 'INTERNAL_SERVER_ERROR', path, message: 'The Docket client failed.', cause });
