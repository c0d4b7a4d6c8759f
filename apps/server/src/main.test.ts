import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, Agent, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRequest,
  type DatabaseProxy,
  exchange,
  mintUserIn,
  type ServerProcess,
  spawnServer,
  startDatabaseProxy,
  writeRequest,
} from './testing/index.ts';

const SECRET = randomBytes(48).toString('base64url');

let database: TestDatabase;
let proxy: DatabaseProxy;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startDatabaseProxy(database.url);
});
afterAll(async () => {
  await proxy.close();
  await database.close();
});

const start = (variables: NodeJS.ProcessEnv = {}): ServerProcess =>
  spawnServer({ DATABASE_URL: proxy.url, JWT_SECRET: SECRET, ...variables });

describe('a server that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s, twice, ends with 0 after the answer under way', async (signal) => {
    const server = start();
    const port = await server.waitUntilReady();
    expect(server.readOutput()).toBe(`Docket is ready at http://localhost:${port}\n`);
    const { token } = await mintUserIn(database, SECRET);
    const request = createRequest(port);
    expect((await request('/api/tasks', { token })).status).toBe(200);
    // Nothing is asked on it, so it is nothing to wait for.
    const unused = connect(port, '127.0.0.1');
    await once(unused, 'connect');

    proxy.freeze();
    const body = JSON.stringify({ title: 'Under way' });
    const options = { method: 'POST', token, body, headers: { 'content-type': 'application/json' } };
    const underWay = request('/api/tasks', options);
    const left = Symbol('not answered yet');
    // The call before has been answered, so the slow one is inside by now or will be before the signal is.
    expect((await request('/livez')).status).toBe(200);
    server.child.kill(signal);
    server.child.kill(signal);
    const isRefused = async (): Promise<boolean> =>
      await exchange(port, writeRequest('GET /livez', ['Connection: close'])).then(
        () => false,
        () => true,
      );
    while (!(await isRefused()));
    expect(await Promise.race([underWay, Promise.resolve(left)])).toBe(left);
    await proxy.restore();
    expect((await underWay).body).toMatchObject({ title: 'Under way' });
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.readOutput()).not.toContain('connections were cut');
  });

  test('serves on for STOP_DELAY while /readyz says 503, and a second signal ends it in the midst of work', async () => {
    const server = start({ STOP_DELAY: '600' });
    const port = await server.waitUntilReady();
    const request = createRequest(port);
    const { token } = await mintUserIn(database, SECRET);
    expect((await request('/readyz')).status).toBe(200);
    server.child.kill('SIGTERM');
    while ((await request('/readyz')).status === 200);
    const served = await request('/api/tasks', { token });
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);

    proxy.freeze();
    const underWay = request('/api/tasks', { token }).catch(() => 'cut');
    // A signal within half a second of the first counts as the first.
    while (server.child.exitCode === null) {
      server.child.kill('SIGTERM');
      await request('/livez').catch(() => undefined);
    }
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(await underWay).toBe('cut');
    await proxy.restore();
  });

  test('does not wait for a client that only keeps its connection', async () => {
    const server = start();
    const port = await server.waitUntilReady();
    const { token } = await mintUserIn(database, SECRET);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    proxy.freeze();
    const call = httpRequest({ agent, port, path: '/api/tasks', headers: { authorization: `Bearer ${token}` } });
    call.end();
    const answered = once(call, 'response');
    await once(call, 'finish');
    expect((await createRequest(port)('/livez')).status).toBe(200);
    server.child.kill('SIGTERM');
    while (
      await exchange(port, writeRequest('GET /livez', ['Connection: close'])).then(
        () => true,
        () => false,
      )
    );
    await proxy.restore();
    const [response]: IncomingMessage[] = await answered;
    expect(response?.statusCode).toBe(200);
    response?.resume();
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.readOutput()).not.toContain('connections were cut');
    agent.destroy();
  });
});

test('a server goes on while nobody reads its log, and has kept the lines', async () => {
  const server = start({ LOG_LEVEL: 'info' });
  const port = await server.waitUntilReady();
  server.child.stdout?.pause();
  const line = `GET /api/${'x'.repeat(2_000)}`;
  const calls = [...Array.from({ length: 400 }, () => writeRequest(line)), writeRequest(line, ['Connection: close'])];
  expect((await exchange(port, calls)).match(/HTTP\/1\.1 404 /g)).toHaveLength(calls.length);
  server.child.stdout?.resume();
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(server.readOutput().match(/"status":404/g)).toHaveLength(calls.length);
});

const wrong = (change: (url: URL) => void): string => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};

describe.concurrent('a server that cannot start ends with 1 and says', () => {
  const fail = async (variables: NodeJS.ProcessEnv): Promise<string> => {
    const server = start({ DATABASE_URL: database.url, ...variables });
    expect(await server.ended).toEqual({ code: 1, signal: null });
    const output = server.readOutput();
    expect(output).toMatch(/^Docket cannot start\.$/m);
    expect(output).not.toMatch(/^\s+at |"frames"/m);
    return output;
  };

  test('that the port is taken, and another one', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await fail({ PORT: String(port) })).toContain(`Port ${port} is taken.`);
    other.close();
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'all that is wrong with the environment',
      { PORT: 'abc', LOG_LEVEL: 'loud', CORS_ORIGINS: 'https://a.example/path' },
      /^PORT must.*\n(.*\n)?CORS_ORIGINS must.*\n(.*\n)?LOG_LEVEL must/m,
    ],
    ['which proxy is none', { TRUST_PROXY: 'nobody knows' }, /^TRUST_PROXY must/m],
    [
      'that a secret is too short for production',
      { NODE_ENV: 'production', JWT_SECRET: 'Zanzibar-Zanzibar-Zanzibar-1234' },
      /^JWT_SECRET has fewer than 32 bytes/m,
    ],
    [
      'that nothing listens where the database should be',
      { DATABASE_URL: 'postgres://me:Zanzibar@127.0.0.1:1/docket' },
      /127\.0\.0\.1:1\/docket cannot be reached.*DATABASE_URL/,
    ],
  ])('%s', async (_, variables, words) => {
    const output = await fail(variables);
    expect(output).toMatch(words);
    expect(output).not.toMatch(/zan|ibar/i);
  });

  test('which of two URLs cannot be used', async () => {
    const output = await fail({
      DATABASE_URL: 'mysql://me:Zanzibar@localhost/docket',
      DATABASE_URL_DIRECT: database.url,
    });
    expect(output).toMatch(/DATABASE_URL cannot be used/);
    expect(output).not.toContain('Zanzibar');
  });

  test('that the password is wrong', async () => {
    const output = await fail({ DATABASE_URL: wrong((url) => (url.password = 'Zanzibar')) });
    expect(output).toMatch(/password authentication failed.*DATABASE_URL/);
    expect(output).not.toContain('Zanzibar');
  });

  test('that the database does not exist', async () => {
    const output = await fail({ DATABASE_URL: wrong((url) => (url.pathname = '/nowhere')) });
    expect(output).toMatch(/"nowhere" does not exist.*DATABASE_URL/);
    expect(output).not.toContain(new URL(database.url).password);
  });
});
