import type { AppRouter } from '@docket/api';
import { createTRPCClient, httpLink } from '@trpc/client';
import { createFetchInTime } from './fetch-in-time.ts';
import { takeTurns } from './take-turns.ts';

const client = createTRPCClient<AppRouter>({
  links: [httpLink({ url: '/trpc', fetch: createFetchInTime(20_000) })],
});

/**
 * A new access token for the browser's refresh cookie. One tab asks after the other: each answer brings the cookie that
 * the next question needs.
 *
 * @throws {TRPCClientError} UNAUTHORIZED where there is no good cookie
 */
export const callRefresh = async (): Promise<string> => {
  const { access_token } = await takeTurns('docket.refresh', () => client.auth.refresh.mutate());
  return access_token;
};
