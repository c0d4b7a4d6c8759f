import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { migrateOrExplain } from './database-source.ts';
import { readEnv } from './env.ts';
import { type DatabaseProxy, startDatabaseProxy, startTestServer, type TestServer } from './testing/index.ts';

/** A server whose database can be taken away, and both closed again when the test is over. */
const startBehindProxy = async (): Promise<{ server: TestServer; proxy: DatabaseProxy } & AsyncDisposable> => {
  let proxy: DatabaseProxy | undefined;
  const server = await startTestServer({
    // Long enough for a busy machine to open ten connections again.
    statementDeadlineMs: 2_500,
    reach: async (url) => {
      proxy = await startDatabaseProxy(url);
      return proxy.url;
    },
  });
  if (proxy === undefined) throw new Error('the server was not given the proxy`s URL');
  const started = proxy;
  return {
    server,
    proxy: started,
    async [Symbol.asyncDispose]() {
      await started.restore();
      await server.stop();
      await started.close();
    },
  };
};

const LIST = '/trpc/tasks.list?input=%7B%7D';

const unavailable = {
  code: 'SERVICE_UNAVAILABLE',
  httpStatus: 503,
  requestId: expect.any(String),
  retryAfterSeconds: 2,
};

const expectOutage = async (server: TestServer, token: string): Promise<void> => {
  const answers = await Promise.all([
    server.request(LIST, { token }),
    server.request('/api/tasks', { token }),
    server.send('/trpc/tasks.create', { title: 'During the outage' }, { token }),
    server.send('/auth/login', { email: `${randomUUID()}@example.com`, password: 'correct horse' }),
  ]);
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(answer.headers.get('www-authenticate')).toBeNull();
    expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|select|postgres/i);
  }
  const [trpc, rest] = answers;
  expect(trpc.body).toMatchObject({ error: { data: { ...unavailable, path: 'tasks.list' } } });
  expect(rest.body).toMatchObject({ code: 'SERVICE_UNAVAILABLE', data: { ...unavailable, path: 'tasks.list' } });
  expect((await server.request('/livez')).status).toBe(200);
  expect((await server.request('/readyz')).body).toEqual({ status: 'unavailable' });
  // A forged token is no better because the database is away.
  expect((await server.request(LIST, { token: `${token.slice(0, -4)}AAAA` })).status).toBe(401);
};

/** Not `expect.poll`, which loses its test where several run at once. */
const expectService = (server: TestServer, path: string, token: string): Promise<void> =>
  vi.waitFor(async () => expect((await server.request(path, { token })).status).toBe(200), { timeout: 60_000 });

describe.concurrent('during an outage', () => {
  test('a database that refuses connections answers 503, and the same tokens work when it is back', async () => {
    await using started = await startBehindProxy();
    const { server, proxy } = started;
    const { token } = await server.mintUser();
    await expectService(server, LIST, token);
    await proxy.cut();
    await expectOutage(server, token);
    await proxy.restore();
    await expectService(server, LIST, token);
    await expectService(server, '/readyz', token);
  });

  test('a database that takes connections and never answers is 503 as well', async () => {
    await using started = await startBehindProxy();
    const { server, proxy } = started;
    const { token } = await server.mintUser();
    proxy.mute();
    await expectOutage(server, token);
    await proxy.restore();
    await expectService(server, LIST, token);
  });

  test('a database that stops in the middle of its connections is 503 as well', async () => {
    await using started = await startBehindProxy();
    const { server, proxy } = started;
    const { token } = await server.mintUser();
    // Every connection of the pool is open before the database stops.
    await Promise.all(Array.from({ length: 20 }, () => server.request(LIST, { token })));
    proxy.freeze();
    await expectOutage(server, token);
    await proxy.restore();
    await expectService(server, LIST, token);
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.request(LIST, { token })));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test('connections that break in the middle of answers leave every user with answers of their own', async () => {
    await using started = await startBehindProxy();
    const { server, proxy } = started;
    const users = await Promise.all(Array.from({ length: 10 }, () => server.mintUser()));
    for (let round = 0; round < 10; round += 1) {
      const asking = users.flatMap((user) =>
        [1, 2, 3].map(async () => ({ user, answer: await server.request('/api/auth/me', { token: user.token }) })),
      );
      if (round % 2 === 0) await proxy.cut();
      await proxy.restore();
      for (const { user, answer } of await Promise.all(asking)) {
        expect([200, 503]).toContain(answer.status);
        if (answer.status === 200) expect(answer.body).toMatchObject({ id: user.id });
      }
    }
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.destroy()],
    ['never answers', (socket) => socket.on('error', () => {})],
  ])('a start in front of what %s fails with a sentence', async (_, handle) => {
    const server = createServer(handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = `postgres://me:Zanzibar@127.0.0.1:${address.port}/docket`;
    const error: unknown = await migrateOrExplain(readEnv({ DATABASE_URL: url }), url).catch((cause: unknown) => cause);
    server.close();
    expect(error).toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/cannot be reached\. Check DATABASE_URL/),
    });
    expect(String(error)).not.toContain('Zanzibar');
  });
});
