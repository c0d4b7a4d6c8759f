import type { AppRouter } from '@docket/api';
import { httpBatchLink, type TRPCLink } from '@trpc/client';
import { createTRPCReact } from '@trpc/react-query';
import { observable } from '@trpc/server/observable';
import { endSession, readAccessToken } from './session.ts';

export const trpc = createTRPCReact<AppRouter>();

const TIMEOUT_MILLISECONDS = 20_000;
/** Browsers carry at most 64 KiB of unanswered `keepalive` bodies. */
const KEEPALIVE_MAX_CHARACTERS = 16_000;

/** Sends the token of now; a refused one ends the session, unless another one took its place while the call was under way. */
const guardSession: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      const token = readAccessToken();
      // Held fast now: the batch leaves a moment later, when a sign-out may have taken the token away.
      return next({ ...op, context: { ...op.context, token } }).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) => {
          const isRefused = error.data?.httpStatus === 401 && op.path !== 'auth.login';
          if (isRefused && token !== null && token === readAccessToken()) endSession('expiry');
          observer.error(error);
        },
      });
    });

const fetchInTime = async (url: RequestInfo | URL | string, init: RequestInit = {}): Promise<Response> => {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const isChange = init.method === 'POST';
  const bodyLength = typeof init.body === 'string' ? init.body.length : 0;
  return fetch(url, {
    ...init,
    // A change that is under way outlives the page that made it.
    keepalive: isChange && bodyLength <= KEEPALIVE_MAX_CHARACTERS,
    signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
  });
};

export const createTrpcClient = () =>
  trpc.createClient({
    links: [
      guardSession,
      httpBatchLink({
        url: '/trpc',
        maxItems: 10,
        maxURLLength: 2_000,
        headers: ({ opList: [{ context }] }) =>
          typeof context['token'] === 'string' ? { authorization: `Bearer ${context['token']}` } : {},
        fetch: (url, init) => fetchInTime(url, { ...init, signal: init?.signal ?? null, body: toBody(init?.body) }),
      }),
    ],
  });

/** tRPC's own body type allows more than this link ever sends. */
const toBody = (body: unknown): string | null => (typeof body === 'string' ? body : null);
