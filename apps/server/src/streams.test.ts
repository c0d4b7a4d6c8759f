import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openChangeHints } from '@docket/db';
import { createTestDatabase } from '@docket/db/testing';
import { describeStreamError, type EventStream, openStream } from './testing/event-stream.ts';
import {
  createRequest,
  expectTrpcRefusal,
  mintUserIn,
  startDatabaseProxy,
  startDocket,
  startTestServer,
  type TestServer,
  writeRequest,
} from './testing/index.ts';

const PASSWORD = 'correct horse battery';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ variables: { RATE_LIMITS: 'off' } });
});
afterAll(() => server.stop());

const originOf = (each: TestServer): string => `http://127.0.0.1:${each.port}`;

/** A stream past its beginning, closed with the test. */
const follow = async (token: string, origin = originOf(server)): Promise<EventStream> => {
  const stream = await openStream(origin, token);
  onTestFinished(stream.close);
  expect(await stream.next()).toMatchObject({ event: 'connected' });
  expect(await stream.next()).toMatchObject({ event: 'message' });
  return stream;
};

const addTask = (title: string, token: string) =>
  server.send('/api/tasks', { title }, { token }).then(({ body }) => body);

const signUp = async (): Promise<string> => {
  const { body } = await server.send('/auth/signup', { email: `${randomUUID()}@example.com`, password: PASSWORD });
  return typeof body === 'object' && body !== null && 'access_token' in body ? String(body.access_token) : '';
};

describe('a stream of changes', () => {
  test('begins at once, as nothing that a proxy or a browser keeps, holds back or compresses', async () => {
    const { token } = await server.mintUser();
    const task = await addTask('Here before', token);
    const stream = await openStream(originOf(server), token, { headers: { 'accept-encoding': 'gzip, br' } });
    onTestFinished(stream.close);
    expect(stream.status).toBe(200);
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect(stream.headers.get('content-encoding')).toBeNull();
    expect(await stream.next()).toEqual({ event: 'connected', data: { reconnectAfterInactivityMs: 40_000 } });
    expect(await stream.next()).toEqual({
      event: 'message',
      id: '1',
      data: { revision: 1, reset: false, next: null, olderCompleted: null, tasks: [task] },
    });
  });

  test('shows what is changed over REST', async () => {
    const { token } = await server.mintUser();
    const stream = await follow(token);
    const task = await addTask('By REST', token);
    expect(await stream.next()).toMatchObject({ id: '1', data: { revision: 1, tasks: [task] } });
  });

  test.each([
    ['the header that event sources send', { headers: { 'last-event-id': '1' } }],
    ['the input', { query: `?input=${encodeURIComponent('{"lastEventId":"1"}')}` }],
  ])('goes on behind the event that %s names', async (_, options) => {
    const { token } = await server.mintUser();
    await addTask('Known', token);
    const missed = await addTask('Missed', token);
    const stream = await openStream(originOf(server), token, options);
    onTestFinished(stream.close);
    await stream.next();
    expect(await stream.next()).toMatchObject({
      id: '2',
      data: { revision: 2, reset: false, next: null, olderCompleted: null, tasks: [missed] },
    });
  });

  test.each([
    ['a forged token', `${'e30.'.repeat(2)}${'A'.repeat(43)}`],
    ['no token at all', ''],
  ])('is refused with UNAUTHORIZED for %s', async (_, token) => {
    const stream = await openStream(originOf(server), token);
    expect(await stream.next()).toMatchObject({ event: 'connected' });
    expect(await stream.next()).toMatchObject(describeStreamError('UNAUTHORIZED', 401));
    expect(await stream.next()).toBeNull();
  });

  test('takes no token from the address', async () => {
    const { token } = await server.mintUser();
    const stream = await openStream(originOf(server), '', { query: `?token=${token}&access_token=${token}` });
    await stream.next();
    expect(await stream.next()).toMatchObject(describeStreamError('UNAUTHORIZED', 401));
    const parameters = encodeURIComponent(JSON.stringify({ token }));
    const refused = await server.request(`/trpc/sync.changes?connectionParams=${parameters}`);
    expectTrpcRefusal(refused, { code: 'BAD_REQUEST', status: 400 });
  });

  test.each(['sync.changes', 'sync.changes,tasks.list'])('is refused in a batch of %s', async (paths) => {
    const { token } = await server.mintUser();
    const { status, text } = await server.request(`/trpc/${paths}?batch=1`, { token });
    expect(status).toBe(400);
    expect(text).toContain('BAD_REQUEST');
  });

  test.each(['trpc-accept', 'accept'])('is the same whatever %s asks for', async (name) => {
    const { token } = await server.mintUser();
    const stream = await openStream(originOf(server), token, { headers: { [name]: 'application/jsonl' } });
    onTestFinished(stream.close);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(await stream.next()).toMatchObject({ event: 'connected' });
    const batch = await server.request('/trpc/auth.logout?batch=1', {
      method: 'POST',
      body: '{}',
      token,
      headers: { [name]: 'application/jsonl', 'content-type': 'application/json' },
    });
    expect(batch.body).toEqual([{ result: { data: { ended: true } } }]);
  });
});

describe('a stream ends with UNAUTHORIZED at once', () => {
  test.each([
    ['by signing out', (token: string) => server.send('/api/auth/logout', {}, { token })],
    [
      'by a password change elsewhere',
      (_: string, elsewhere: string) =>
        server.send(
          '/api/auth/change-password',
          { currentPassword: PASSWORD, newPassword: 'purple lamp under seven bridges' },
          { token: elsewhere },
        ),
    ],
    [
      'by ending all other sessions',
      (_: string, elsewhere: string) => server.send('/api/auth/sessions/revoke-others', {}, { token: elsewhere }),
    ],
    [
      'by deleting the account',
      (token: string) => server.send('/api/account/delete', { currentPassword: PASSWORD }, { token }),
    ],
  ])('%s (ASVS 7.4.1)', async (_, end) => {
    const token = await signUp();
    const { body } = await server.request('/api/auth/me', { token });
    const { email } = Object(body);
    const login = await server.send('/auth/login', { email, password: PASSWORD });
    const stream = await follow(token);
    expect((await end(token, String(Object(login.body).access_token))).status).toBe(200);
    expect(await stream.next()).toMatchObject(describeStreamError('UNAUTHORIZED', 401));
    expect(await stream.next()).toBeNull();
  });
});

describe('streams that are too many or not read', () => {
  test('the 31st is refused, and their places are free when their readers are gone', async () => {
    const { token } = await server.mintUser();
    const line = 'GET /trpc/sync.changes';
    const sockets = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const socket = connect(server.port, '127.0.0.1');
        const first = new Promise((resolve) => socket.once('data', resolve));
        socket.write(writeRequest(line, [`Authorization: Bearer ${token}`]));
        await first;
        // From here on nothing is read.
        return socket.pause();
      }),
    );
    const refused = await openStream(originOf(server), token);
    await refused.next();
    expect(await refused.next()).toMatchObject(describeStreamError('TOO_MANY_REQUESTS', 429));
    // More than the sockets hold.
    for (let index = 0; index < 40; index += 1) {
      const task = { title: `Task ${index}`, description: 'x'.repeat(10_000) };
      expect((await server.send('/api/tasks', task, { token })).status).toBe(200);
    }
    for (const socket of sockets) socket.destroy();
    const tryAgain = async () => {
      const stream = await openStream(originOf(server), token);
      await stream.next();
      const first = await stream.next();
      stream.close();
      return first?.event;
    };
    await expect.poll(tryAgain).toBe('message');
  });
});

describe('a server that stops', () => {
  test('ends its streams so that their readers come back, instead of cutting them', async () => {
    const stopping = await startTestServer();
    const { token } = await stopping.mintUser();
    const stream = await follow(token, originOf(stopping));
    const stopped = stopping.stop();
    expect(await stream.next()).toMatchObject(describeStreamError('SERVICE_UNAVAILABLE', 503));
    expect(await stream.next()).toBeNull();
    await stopped;
  });
});

describe('two server processes on one database', () => {
  test('tell each other of changes and of ended sessions, also after their connections were lost', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const secret = randomUUID().repeat(2);
    const variables = { DATABASE_URL: database.url, JWT_SECRET: secret };
    const servers = await Promise.all([startDocket(variables), startDocket(variables)]);
    const [here, there] = servers;
    onTestFinished(async () => void (await Promise.all(servers.map((each) => each.stop()))));
    const { token } = await mintUserIn(database, secret);
    const request = createRequest(Number(new URL(here.url).port));
    const post = (path: string, body: unknown) =>
      request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        token,
        headers: { 'content-type': 'application/json' },
      });

    const stream = await follow(token, there.url);
    await post('/api/tasks', { title: 'From here' });
    expect(await stream.next()).toMatchObject({ id: '1', data: { tasks: [{ title: 'From here' }] } });

    const killed = await database.db.execute(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
    );
    expect(killed).toHaveLength(2);
    await post('/api/tasks', { title: 'After the loss' });
    expect(await stream.next()).toMatchObject({ id: '2', data: { tasks: [{ title: 'After the loss' }] } });

    await post('/api/auth/logout', {});
    expect(await stream.next()).toMatchObject(describeStreamError('UNAUTHORIZED', 401));
  });
});

describe('without the database', () => {
  test('a stream ends so that its reader comes back, and the next one begins when the database does', async () => {
    const database = await createTestDatabase();
    const proxy = await startDatabaseProxy(database.url);
    // Hints go their own way, so that one still comes when the database is gone.
    const variables = { DATABASE_URL: proxy.url, DATABASE_URL_DIRECT: database.url };
    const cutOff = await startTestServer({ variables });
    onTestFinished(async () => {
      await cutOff.stop();
      await proxy.close();
      await database.close();
    });
    const { id, token } = await mintUserIn(database, cutOff.secret);
    const hints = openChangeHints(database.url);
    onTestFinished(hints.close);
    const stream = await follow(token, originOf(cutOff));
    await proxy.cut();
    hints.announce(id);
    expect(await stream.next()).toMatchObject(describeStreamError('SERVICE_UNAVAILABLE', 503));
    expect(await stream.next()).toBeNull();
    const early = await openStream(originOf(cutOff), token);
    await early.next();
    expect(await early.next()).toMatchObject(describeStreamError('SERVICE_UNAVAILABLE', 503));
    await proxy.restore();
    const later = await follow(token, originOf(cutOff));
    expect(later.status).toBe(200);
  });
});
