import { httpSubscriptionLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { EventSource } from 'eventsource';
import { readAnswer, readEventError } from './answer.ts';
import { findSystemCode, obtainToken, type Transport } from './attempt.ts';
import { DocketError } from './docket-error.ts';
import type { DocketRouter } from './docket-router.ts';
import { computeDelayMilliseconds, isWorthWaiting } from './retry-policy.ts';

type FetchStream = NonNullable<NonNullable<ConstructorParameters<typeof EventSource>[1]>['fetch']>;

/** One try at opening a stream. */
interface Attempt {
  path: string;
  /** What the server has refused already, and how: sent again it would be refused again. */
  refusal: { token: string; error: DocketError } | undefined;
  token?: string;
  /** What went wrong, where its own `fetch` knows it better than the event source. */
  failure?: DocketError;
}

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });

/**
 * Opens the stream with a token of its own, in the header.
 * @throws {DocketError} where what answers is no stream
 */
const openStream = async (
  attempt: Attempt,
  { token: source, fetch, timeoutSeconds }: Transport,
  { url, init }: { url: string; init: Parameters<FetchStream>[1] },
): ReturnType<FetchStream> => {
  const { path, refusal } = attempt;
  // Until the answer begins; from then on the server's heartbeat tells that it is there.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1000);
  const leave = (): void => timeout.abort();
  init.signal?.addEventListener('abort', leave);
  try {
    const token = await Promise.race([obtainToken(path, source), rejectOnAbort(timeout.signal)]);
    if (token === refusal?.token) throw refusal.error;
    attempt.token = token;
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: 'GET', headers, redirect: 'manual', signal: timeout.signal });
    const contentType = response.headers.get('content-type');
    if (response.status === 200 && contentType?.startsWith('text/event-stream') === true) {
      return { status: 200, url, redirected: false, headers: response.headers, body: response.body ?? null };
    }
    const retryAfter = response.headers.get('retry-after');
    readAnswer(path, { status: response.status, contentType, retryAfter, body: await response.text() });
    throw new DocketError({ code: 'INVALID_RESPONSE', path, message: `The answer to ${path} is not a stream.` });
  } catch (cause) {
    if (cause instanceof DocketError) throw cause;
    const isLate = timeout.signal.aborted && init.signal?.aborted !== true;
    const systemCode = findSystemCode(cause);
    throw new DocketError({
      code: isLate ? 'TIMEOUT' : 'NETWORK_ERROR',
      path,
      message: isLate
        ? `Docket did not answer in ${timeoutSeconds} seconds.`
        : `The connection to Docket failed${systemCode === undefined ? '' : ` (${systemCode})`}.`,
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
};

/** The error of a stream as a DocketError, be it the server's or the connection's. */
const toDocketError = (path: string, cause: unknown): DocketError => {
  if (cause instanceof DocketError) return cause;
  const shape: unknown = cause instanceof TRPCClientError ? cause.shape : undefined;
  return (
    readEventError(path, shape) ??
    new DocketError({ code: 'NETWORK_ERROR', path, message: 'The connection to Docket ended.', cause })
  );
};

/**
 * Follows a subscription for as long as it is wanted. A stream that breaks is opened anew, behind the last event that
 * arrived, after a pause that grows and is spread; what no waiting mends, such as a session that has ended, ends it
 * with a DocketError. A token that has come to its end is none such where its source has a newer one.
 */
export const createFollowLink = (transport: Transport): TRPCLink<DocketRouter> => {
  return (runtime) =>
    ({ op, next }) =>
      observable((observer) => {
        const { path } = op;
        let lastEventId: string | undefined;
        let retry = 0;
        let refusal: Attempt['refusal'];
        let isOver = false;
        let timer: ReturnType<typeof setTimeout> | undefined;
        let close = (): void => {};

        const stop = (): void => {
          isOver = true;
          clearTimeout(timer);
          close();
          op.signal?.removeEventListener('abort', leave);
        };
        const leave = (): void => {
          stop();
          observer.complete();
        };
        const recover = (error: DocketError, token: string | undefined): void => {
          if (isOver) return;
          close();
          const mayBeRenewed =
            error.code === 'UNAUTHORIZED' && typeof transport.token === 'function' && refusal === undefined;
          if (!isWorthWaiting(error) && !mayBeRenewed) {
            stop();
            observer.error(error);
            return;
          }
          if (mayBeRenewed && token !== undefined) refusal = { token, error };
          observer.next({ result: { type: 'state', state: 'connecting', error } });
          timer = setTimeout(connect, computeDelayMilliseconds(retry, error.retryAfterSeconds ?? 0, Math.random()));
          retry += 1;
        };
        const connect = (): void => {
          const attempt: Attempt = { path, refusal };
          const open: FetchStream = async (url, init) => {
            try {
              return await openStream(attempt, transport, { url: String(url), init });
            } catch (cause) {
              attempt.failure = toDocketError(path, cause);
              throw cause;
            }
          };
          const link = httpSubscriptionLink<DocketRouter, typeof EventSource>({
            url: transport.endpoint,
            EventSource,
            eventSourceOptions: { fetch: open },
          })(runtime);
          const input = lastEventId === undefined ? op.input : { ...Object(op.input), lastEventId };
          let isClosed = false;
          const fail = (cause: unknown): void => {
            if (!isClosed) recover(attempt.failure ?? toDocketError(path, cause), attempt.token);
          };
          const subscription = link({ op: { ...op, input, signal: null }, next }).subscribe({
            next: (envelope) => {
              const { result } = envelope;
              if (isClosed) return;
              if (result.type === 'state' && result.state === 'connecting') {
                if (result.error !== null) fail(result.error);
                else if (retry === 0) observer.next(envelope);
                return;
              }
              if ('id' in result && typeof result.id === 'string') {
                lastEventId = result.id;
                retry = 0;
                refusal = undefined;
              }
              observer.next(envelope);
            },
            error: fail,
            complete: () => {
              if (!isClosed && !isOver) leave();
            },
          });
          close = () => {
            isClosed = true;
            subscription.unsubscribe();
          };
          if (isOver || isClosed) close();
        };

        op.signal?.addEventListener('abort', leave);
        if (op.signal?.aborted === true) leave();
        else connect();
        return stop;
      });
};
