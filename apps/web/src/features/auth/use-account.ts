import type { Account } from '@docket/domain';
import { useEffect } from 'react';
import { useSync } from '../../sync-context.tsx';
import { trpc } from '../../trpc.ts';

/**
 * Who is signed in. What the server tells is kept beside the tasks, and what was kept stands in for it, in every place that
 * asks, until the server tells anew: `dataUpdatedAt` is then 0.
 */
export const useAccount = (): Account | undefined => {
  const sync = useSync();
  const { me } = trpc.useUtils().auth;
  const { data, dataUpdatedAt } = trpc.auth.me.useQuery();

  useEffect(() => {
    const showKept = async () => {
      const kept = await sync.readAccount();
      if (kept !== null && me.getData() === undefined) me.setData(undefined, kept, { updatedAt: 0 });
    };
    void showKept();
  }, [sync, me]);

  useEffect(() => {
    if (data !== undefined && dataUpdatedAt > 0) void sync.keepAccount(data);
  }, [sync, data, dataUpdatedAt]);

  return data;
};
