import type { AppRouter } from '@docket/api';
import type { TRPCClient } from '@trpc/client';
import type { SyncApi } from './sync-api.ts';

/**
 * The engine's calls by a tRPC client. Its links carry subscriptions over SSE with the token in a header, time out, and
 * leave `keepalive` off for what this sends: a call that outlives its page could overtake the same call sent again.
 */
export const createSyncApi = ({ sync, tasks }: Pick<TRPCClient<AppRouter>, 'sync' | 'tasks'>): SyncApi => ({
  pull: (since, signal) => sync.pull.query(since === undefined ? {} : { since }, { signal }),
  follow: (lastEventId, { onChanges, onEnd }) => {
    const subscription = sync.changes.subscribe(lastEventId === undefined ? {} : { lastEventId }, {
      onData: ({ data }) => onChanges(data),
      // It would connect again by itself; the engine does, and knows when that is worth a try.
      onConnectionStateChange: ({ state, error }) => {
        if (state === 'connecting' && error) onEnd(error);
      },
      onError: onEnd,
      onComplete: () => onEnd(undefined),
    });
    return () => subscription.unsubscribe();
  },
  create: (input, signal) => tasks.create.mutate(input, { signal }),
  update: (input, signal) => tasks.update.mutate(input, { signal }),
  delete: (input, signal) => tasks.delete.mutate(input, { signal }),
  restore: (input, signal) => tasks.restore.mutate(input, { signal }),
  list: (input, signal) => tasks.list.query(input, { signal }),
});
