import type { AppRouter } from '@docket/api';
import type { Changes, PullInput } from '@docket/domain';
import type { TRPCClient } from '@trpc/client';
import { joinPages } from './join-pages.ts';
import type { SyncApi } from './sync-api.ts';

/**
 * The engine's calls by a tRPC client. Its links carry subscriptions over SSE with the token in a header, time out, and
 * leave `keepalive` off for what this sends: a call that outlives its page could overtake the same call sent again.
 */
export const createSyncApi = ({ sync, tasks }: Pick<TRPCClient<AppRouter>, 'sync' | 'tasks'>): SyncApi => ({
  pull: async (since, signal) => {
    const pages: Changes[] = [];
    let input: PullInput = since === undefined ? {} : { since };
    for (;;) {
      const page = await sync.pull.query(input, { signal });
      if (page.next === null) return joinPages(pages, page);
      pages.push(page);
      input = { cursor: page.next };
    }
  },
  follow: (lastEventId, { onChanges, onEnd }) => {
    const pages: Changes[] = [];
    const subscription = sync.changes.subscribe(lastEventId === undefined ? {} : { lastEventId }, {
      onData: ({ data: page }) => {
        if (page.next === null) onChanges(joinPages(pages.splice(0), page));
        else pages.push(page);
      },
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
