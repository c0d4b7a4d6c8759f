import { QueryClient } from '@tanstack/react-query';
import { isPassing } from './errors.ts';

const RETRIES = 2;

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's idea of being online is often wrong, and a paused call would show nothing at all.
        networkMode: 'always',
        refetchOnReconnect: true,
        staleTime: 20_000,
        retry: (failures, error) => failures < RETRIES && isPassing(error),
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 4_000),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
