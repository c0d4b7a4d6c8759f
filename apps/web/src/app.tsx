import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { AccountSync } from './account-sync.ts';
import { NoticesProvider, useNotices } from './components/notices.tsx';
import { router } from './routes.tsx';
import { readAccountId, subscribeToSession } from './session.ts';
import { AccountSyncProvider } from './sync-context.tsx';
import { createTrpcClient, trpc } from './trpc.ts';

/** Follows sign-in and sign-out, here or in another tab: the page goes where it may be, and of the former account nothing stays. */
const useSessionChanges = (queryClient: QueryClient) => {
  const { clear } = useNotices();
  useEffect(() => {
    const leavePage = async () => {
      await router.invalidate();
      if (readAccountId() === null) queryClient.clear();
    };
    return subscribeToSession(() => {
      void queryClient.cancelQueries();
      clear();
      void leavePage();
    });
  }, [clear, queryClient]);
};

/** The page's files are kept once it has shown what it is for. */
const useUpdates = () => {
  const { notify } = useNotices();
  useEffect(() => {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    const tell = (take: () => void) =>
      notify({
        slot: 'update',
        message: 'A new version of Docket is ready.',
        isLasting: true,
        action: { label: 'Reload', run: take },
      });
    const follow = async () => {
      const { followUpdates } = await import('./app-updates.ts');
      await followUpdates(tell);
    };
    // Storage may be denied, or the network away: the page works without, and the next one tries again.
    follow().catch(() => {});
  }, [notify]);
};

const Routes = ({ queryClient }: { readonly queryClient: QueryClient }) => {
  useSessionChanges(queryClient);
  useUpdates();
  return <RouterProvider router={router} />;
};

type AppProps = { readonly queryClient: QueryClient; readonly accountSync: AccountSync };

export const App = ({ queryClient, accountSync }: AppProps) => {
  const [client] = useState(createTrpcClient);
  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <NoticesProvider>
          <AccountSyncProvider value={accountSync}>
            <Routes queryClient={queryClient} />
          </AccountSyncProvider>
        </NoticesProvider>
      </QueryClientProvider>
    </trpc.Provider>
  );
};
