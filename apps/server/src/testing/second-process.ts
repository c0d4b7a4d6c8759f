import { spawnServer, type ServerProcess } from './server-process.ts';
import type { TestServer } from './test-server.ts';
import { createWireClient, type WireClient } from './wire-client.ts';

export interface SecondProcess extends WireClient {
  process: ServerProcess;
  stop(): Promise<void>;
}

/** Another server process on the database of a test server, with its secret; `variables` may change either. */
export const startSecondProcess = async (
  server: Pick<TestServer, 'database' | 'secret'>,
  variables: NodeJS.ProcessEnv = {},
): Promise<SecondProcess> => {
  const process = spawnServer({
    DATABASE_URL: server.database.url,
    JWT_SECRET: server.secret,
    RATE_LIMITS: 'off',
    ...variables,
  });
  const client = createWireClient(await process.waitUntilReady());
  return {
    ...client,
    process,
    stop: async () => {
      process.child.kill('SIGTERM');
      await process.ended;
    },
  };
};
