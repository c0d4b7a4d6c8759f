import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { NoticesProvider, useNotices } from './components/notices.tsx';
import { createQueryClient } from './query-client.ts';
import { router } from './routes.tsx';
import { readAccessToken, readAccountId, readSessionEnd, subscribeToSession } from './session.ts';
import { SessionGate } from './session-gate.tsx';
import { createTrpcClient, trpc } from './trpc.ts';

/** Follows sign-in and sign-out, here or in another tab: the page goes where it may be, the cache keeps only what it may. */
const useSessionChanges = (queryClient: QueryClient) => {
  const { clear } = useNotices();
  useEffect(() => {
    let accountId = readAccountId();
    const leavePage = async () => {
      await router.invalidate();
      if (readAccessToken() === null) queryClient.getQueryCache().clear();
    };
    return subscribeToSession(() => {
      const isSignedIn = readAccessToken() !== null;
      const isOtherAccount = isSignedIn && readAccountId() !== accountId;
      if (isSignedIn) accountId = readAccountId();
      void queryClient.cancelQueries();
      // Text that an expired session kept from being saved waits for the same account to come back.
      if (isOtherAccount || (!isSignedIn && readSessionEnd() !== 'expiry')) {
        queryClient.getMutationCache().clear();
        clear();
      }
      void leavePage();
    });
  }, [clear, queryClient]);
};

const Routes = ({ queryClient }: { readonly queryClient: QueryClient }) => {
  useSessionChanges(queryClient);
  return <RouterProvider router={router} />;
};

export const App = () => {
  const [queryClient] = useState(createQueryClient);
  const [client] = useState(createTrpcClient);
  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <NoticesProvider>
          <SessionGate>
            <Routes queryClient={queryClient} />
          </SessionGate>
        </NoticesProvider>
      </QueryClientProvider>
    </trpc.Provider>
  );
};
