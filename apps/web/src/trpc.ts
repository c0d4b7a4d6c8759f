import type { AppRouter } from '@docket/api';
import { httpBatchLink, httpLink, type Operation, splitLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { createTRPCReact } from '@trpc/react-query';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import { fetchInTurn } from './cookie-calls.ts';
import { createFetchInTime } from './fetch-in-time.ts';
import {
  isTokenEnding,
  readAccessToken,
  readAccountId,
  refreshSession,
  replaceToken,
  resumeSession,
} from './session.ts';
import { readFault } from './sync/retry.ts';

export const trpc = createTRPCReact<AppRouter>();

const fetchSoon = createFetchInTime(20_000);
/** For all that somebody has ever written. */
const fetchPatiently = createFetchInTime(300_000);

/** Their answers set or clear the cookie. */
const COOKIE_CALLS = new Set(['auth.login', 'auth.signup', 'account.delete']);

/**
 * Sends the token of now, and on a page that has just loaded waits for one. One that is refused is replaced once and the
 * call repeated, which nothing can have come of.
 */
export const guardSession: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      let isOver = false;
      let call: Unsubscribable | undefined;
      const send = (token: string | null, onError: (error: TRPCClientError<AppRouter>) => void): void => {
        // Held fast now: the batch leaves a moment later, when a sign-out may have taken the token away.
        call = next({ ...op, context: { ...op.context, token } }).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error: onError,
        });
      };
      // Whether the session lives is not known, so it lives: the call has failed as the refresh has.
      const fail = (cause: unknown): void => observer.error(TRPCClientError.from(toCallError(cause)));
      const sendAgain = async (refused: string, refusal: TRPCClientError<AppRouter>): Promise<void> => {
        try {
          const token = await replaceToken(refused);
          if (isOver) return;
          if (token === null) observer.error(refusal);
          else send(token, (error) => observer.error(error));
        } catch (cause) {
          fail(cause);
        }
      };
      const begin = (): void => {
        const token = readAccessToken();
        // Whether that works or not, this call has the token that it has.
        if (isTokenEnding()) refreshSession().catch(() => {});
        send(token, (error) => {
          const isRefused = error.data?.httpStatus === 401 && op.path !== 'auth.login';
          if (!isRefused || token === null) observer.error(error);
          else void sendAgain(token, error);
        });
      };
      const beginSoon = async (): Promise<void> => {
        try {
          await resumeSession();
          if (!isOver && op.signal?.aborted !== true) begin();
        } catch (cause) {
          fail(cause);
        }
      };
      if (readAccessToken() === null && readAccountId() !== null) void beginSoon();
      else begin();
      return () => {
        isOver = true;
        call?.unsubscribe();
      };
    });

/** What a refresh's failure is for the call that waited for it: a refusal was of the cookie and says nothing of the call. */
const toCallError = (cause: unknown): Error =>
  cause instanceof Error && readFault(cause).kind === 'passing'
    ? cause
    : new Error('The session could not be refreshed.', { cause });

export const readToken = (context: Operation['context']): { authorization?: string } =>
  typeof context['token'] === 'string' ? { authorization: `Bearer ${context['token']}` } : {};

const sendAlone = (fetchInTime: typeof fetchSoon) =>
  httpLink<AppRouter>({ url: '/trpc', headers: ({ op }) => readToken(op.context), fetch: fetchInTime });

export const createTrpcClient = () =>
  trpc.createClient({
    links: [
      guardSession,
      splitLink({
        condition: ({ path }) => path === 'account.export',
        true: sendAlone(fetchPatiently),
        false: splitLink({
          condition: ({ path }) => COOKIE_CALLS.has(path),
          true: sendAlone(fetchInTurn),
          false: splitLink({
            condition: ({ type }) => type === 'mutation',
            true: sendAlone(fetchSoon),
            false: httpBatchLink({
              url: '/trpc',
              maxItems: 10,
              maxURLLength: 2_000,
              headers: ({ opList: [{ context }] }) => readToken(context),
              fetch: fetchSoon,
            }),
          }),
        }),
      }),
    ],
  });
