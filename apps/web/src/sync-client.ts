import type { AppRouter } from '@docket/api';
import {
  createTRPCClient,
  httpLink,
  httpSubscriptionLink,
  type Operation,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { EventSource, type FetchLike } from 'eventsource';
import { createFetchInTime } from './fetch-in-time.ts';
import { parseRecord } from './records.ts';
import { readAccountId } from './session.ts';
import type { SyncApi } from './sync/sync-api.ts';
import { createSyncApi } from './sync/trpc-api.ts';
import { guardSession, readToken } from './trpc.ts';

/**
 * An `EventSource` cannot say why it was refused, so a refusal is passed on as the event by which a stream that was open
 * says so. Whatever is no answer of Docket's is thrown, and counts as none.
 */
const openStream =
  (context: Operation['context']): FetchLike =>
  async (url, init) => {
    const response = await fetch(url, { ...init, headers: { ...init.headers, ...readToken(context) } });
    if (response.ok) return response;
    const answer = parseRecord(await response.text());
    if (answer === null) throw new Error('No answer of Docket`s.');
    return new Response(`event: serialized-error\ndata: ${JSON.stringify(answer['error'])}\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    });
  };

/** What one account wrote never goes out with another's token. */
const guardAccount =
  (accountId: string): TRPCLink<AppRouter> =>
  () =>
  ({ next, op }) =>
    observable((observer) => {
      if (readAccountId() === accountId) return next(op).subscribe(observer);
      observer.error(TRPCClientError.from(new Error('This account is not signed in.')));
      return undefined;
    });

/** The engine's calls for one account. */
export const createSyncClient = (accountId: string): SyncApi =>
  createSyncApi(
    createTRPCClient<AppRouter>({
      links: [
        guardAccount(accountId),
        guardSession,
        splitLink({
          condition: ({ type }) => type === 'subscription',
          true: httpSubscriptionLink({
            url: '/trpc',
            EventSource,
            eventSourceOptions: ({ op }) => ({ fetch: openStream(op.context) }),
          }),
          false: httpLink({
            url: '/trpc',
            headers: ({ op }) => readToken(op.context),
            fetch: createFetchInTime(60_000, { isBound: true }),
          }),
        }),
      ],
    }),
  );
