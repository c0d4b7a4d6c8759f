import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, readStatus, startTestServer, type TestServer, writeRequest } from './testing/index.ts';

let open: TestServer;
let closed: TestServer;
beforeAll(async () => {
  open = await startTestServer({
    variables: { CORS_ORIGINS: 'https://app.example, http://localhost:5173', PUBLIC_URL: 'https://docket.example' },
  });
  closed = await startTestServer();
});
afterAll(async () => {
  await open.stop();
  await closed.stop();
});

const PATHS = ['/trpc/auth.me', '/api/auth/me'];

describe('other origins', () => {
  test.each(PATHS)('a listed origin may call %s and read what matters', async (path) => {
    const answer = await open.request(path, { headers: { origin: 'https://app.example' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after,x-request-id');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    // What depends on the origin must not be answered to another from a cache.
    expect(`${answer.headers.get('cache-control')}, ${answer.headers.get('vary')}`).toMatch(/no-store|\borigin\b/i);
  });

  test.each(PATHS)('a listed origin may ask ahead for %s', async (path) => {
    const headers = {
      origin: 'http://localhost:5173',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const answer = await open.request(path, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type,last-event-id');
    expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH');
  });

  test.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'http://app.example',
    'https://app.example:8443',
    'https://APP.example',
    'null',
  ])('%s gets no leave', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin, 'access-control-request-method': 'POST' };
      const answer = await open.request('/trpc/auth.me', { method, headers });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test.each(PATHS)('where no origin is listed, %s gives none leave', async (path) => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: `http://127.0.0.1:${closed.port}`, 'access-control-request-method': 'GET' };
      const answer = await closed.request(path, { method, headers });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('security headers', () => {
  test('the page runs scripts and styles of its own origin only, in no frame', async () => {
    const { headers } = await closed.request('/');
    const policy =
      headers
        .get('content-security-policy')
        ?.split(';')
        .map((directive) => directive.trim()) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  test.each([
    '/',
    '/trpc/auth.me',
    '/trpc/sync.pull',
    '/api/auth/me',
    '/api/openapi.json',
    '/livez',
    '/api/nothing',
    '/trpc/a/b',
  ])('%s says neither what runs here nor lets its type be guessed', async (path) => {
    const { headers } = await closed.request(path);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('browsers are told to stay on https only where the public URL is https', async () => {
    expect((await open.request('/')).headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}/);
    expect((await closed.request('/')).headers.get('strict-transport-security')).toBeNull();
  });

  test('an answer of the API is never stored', async () => {
    for (const path of ['/trpc/auth.me', '/trpc/sync.pull', '/api/auth/me', '/api/nothing'])
      expect((await closed.request(path)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('what a user has', () => {
  test.each(['/trpc/sync.pull?input=%7B%7D', '/api/sync'])('is compressed in the answer of %s', async (path) => {
    const { token } = await closed.mintUser();
    const { body: task } = await closed.send(
      '/api/tasks',
      { title: 'Long', description: 'x'.repeat(10_000) },
      { token },
    );
    const pull = (encoding: string) => closed.request(path, { token, headers: { 'accept-encoding': encoding } });
    const [compressed, plain] = [await pull('gzip'), await pull('identity')];
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(compressed.text).toBe(plain.text);
    expect(plain.text).toContain(JSON.stringify(task));
    for (const { headers } of [compressed, plain]) expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('the web client', () => {
  test.each(['/', '/some/deep/link', '/login?next=%2F', '/tasks/018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11'])(
    '%s answers the page, not from a cache',
    async (path) => {
      const answer = await closed.request(path, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
      expect([answer.status, answer.text]).toEqual([200, '<!doctype html><title>The page</title>']);
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    },
  );

  test('a file of the build is kept for a year', async () => {
    const answer = await closed.request('/assets/app-1a2b3c.js');
    expect([answer.status, answer.text]).toEqual([200, 'export {};\n']);
    expect(answer.headers.get('content-type')).toMatch(/javascript/);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test('a file of an older build answers 404 and not the page', async () => {
    const answer = await closed.request('/assets/app-0ld.js', { headers: { accept: '*/*' } });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a request that wants JSON does not get the page', async () => {
    const answer = await closed.request('/some/deep/link', { headers: { accept: 'application/json' } });
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'NOT_FOUND' }]);
  });

  test.each([
    '/../../../../etc/passwd',
    '/..%2f..%2f..%2f..%2fetc/passwd',
    '/assets/../../../../../etc/passwd',
    '/assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%5c..%5cetc%5cpasswd',
    '/assets/%00',
    '//etc/passwd',
    '/.data/jwt-secret',
  ])('GET %s leads nowhere', async (path) => {
    const answer = await exchange(closed.port, writeRequest(`GET ${path}`, ['Connection: close']));
    expect([200, 400, 403, 404]).toContain(readStatus(answer));
    expect(answer).not.toContain('root:');
    if (readStatus(answer) === 200) expect(answer).toContain('<title>The page</title>');
  });
});

describe('probes', () => {
  test('/livez and /readyz answer where all is well', async () => {
    expect((await closed.request('/livez')).body).toEqual({ status: 'alive' });
    const ready = await closed.request('/readyz');
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
  });

  test('/readyz is 200 while every connection of the pool waits', async () => {
    const { token } = await open.mintUser();
    const { $client } = open.database.db;
    const locking = await $client.reserve();
    await locking`begin`;
    await locking`lock table tasks in access exclusive mode`;
    const waiting = Array.from({ length: 12 }, () => open.request('/api/tasks', { token }));
    const countWaiting = async (): Promise<unknown> => {
      const [row] = await $client`select count(*)::int as count from pg_locks where not granted
        and database = (select oid from pg_database where datname = current_database())`;
      return row?.['count'];
    };
    await expect.poll(countWaiting).toBe(10);
    expect((await open.request('/readyz')).status).toBe(200);
    await locking`commit`;
    locking.release();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
  });

  test('/readyz waits for the newest migration', async () => {
    const server = await startTestServer();
    try {
      await server.database.db.execute('delete from drizzle.__drizzle_migrations');
      expect((await server.request('/readyz')).status).toBe(503);
      expect((await server.request('/livez')).status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});
