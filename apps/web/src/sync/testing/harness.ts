import type { AppRouter } from '@docket/api';
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import { QueryClient } from '@tanstack/react-query';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { createSync } from '../sync.ts';
import { createSyncApi } from '../trpc-api.ts';

/** A page that is nothing but the engine, for the account that the address names: `#<account id>,<token>`. */
const [accountId = '', token = ''] = location.hash.slice(1).split(',');
const authorization = `Bearer ${token}`;

const client = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: ({ type }) => type === 'subscription',
      true: httpSubscriptionLink({
        url: '/trpc',
        EventSource,
        eventSourceOptions: {
          fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
        },
      }),
      false: httpLink({ url: '/trpc', headers: { authorization } }),
    }),
  ],
});

const queryClient = new QueryClient();
let signOuts = 0;
const sync = createSync({
  accountId,
  api: createSyncApi(client),
  queryClient,
  onSignedOut: () => {
    signOuts += 1;
  },
});

const Titles = z.array(z.object({ title: z.string() })).transform((tasks) => tasks.map(({ title }) => title));

/** What the tests call, by name and with JSON. */
Object.assign(window, {
  sync,
  uuidv7,
  readState: () => {
    const { byId: _, ...state } = sync.getSnapshot();
    return { ...state, signOuts };
  },
  readTitles: (list: 'open' | 'completed' | 'trash') => Titles.parse(sync.getSnapshot()[list]),
  isInQueryCache: () => queryClient.getQueryData(['tasks', accountId]) === sync.getSnapshot(),
});
