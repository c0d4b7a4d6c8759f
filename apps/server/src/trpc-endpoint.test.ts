import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  describeTrpcRefusal,
  exchange,
  expectTrpcRefusal,
  readJsonBody,
  readStatus,
  startTestServer,
  type TestServer,
  writeRequest,
} from './testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const LIST = '/trpc/tasks.list?input=%7B%7D';

const expectHealthy = async (): Promise<void> => {
  const user = await server.mintUser();
  expect((await server.request(LIST, { token: user.token })).status).toBe(200);
};

describe('calls', () => {
  test('a mutation and a query answer what the procedures do', async () => {
    const { token } = await server.mintUser();
    const created = await server.send('/trpc/tasks.create', { title: 'Over the wire' }, { token });
    expect(created.status).toBe(200);
    expect(created.headers.get('cache-control')).toBe('no-store');
    const listed = await server.request(`/trpc/tasks.list?input=${encodeURIComponent('{"limit":5}')}`, { token });
    expect(listed.body).toMatchObject({ result: { data: { items: [{ title: 'Over the wire' }], nextCursor: null } } });
    expect(created.body).toMatchObject({ result: { data: { title: 'Over the wire', completed: false } } });
  });

  test('two calls in one batch answer in their order, each with its own fate', async () => {
    const { token, email } = await server.mintUser();
    const input = encodeURIComponent(JSON.stringify({ 1: { id: 'no uuid' } }));
    const answer = await server.request(`/trpc/auth.me,tasks.get?batch=1&input=${input}`, { token });
    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject([
      { result: { data: { email } } },
      describeTrpcRefusal({ code: 'BAD_REQUEST', status: 400, path: 'tasks.get' }),
    ]);
  });

  test('a batch of ten is taken and one of eleven is refused', async () => {
    const { token } = await server.mintUser();
    const batchOf = (count: number) => `/trpc/${Array.from({ length: count }, () => 'auth.me').join(',')}?batch=1`;
    expect((await server.request(batchOf(10), { token })).status).toBe(200);
    const refused = await server.request(batchOf(11), { token });
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain('@example.com');
    expect([refused.body].flat()).toEqual([describeTrpcRefusal({ code: 'BAD_REQUEST', status: 400 })]);
  });

  test.each(['GET', 'POST'])('queries and mutations in one batch are refused by %s', async (method) => {
    const answer = await server.request('/trpc/auth.me,auth.logout?batch=1', {
      method,
      ...(method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}),
    });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error: { message: 'A batch holds queries or mutations, not both.', data: { requestId: expect.any(String) } } },
    ]);
  });

  test('several calls without batch=1 are not a batch', async () => {
    const { token } = await server.mintUser();
    expect((await server.request('/trpc/auth.me,auth.me', { token })).status).toBe(404);
  });

  test('a procedure that does not exist answers 404', async () => {
    for (const name of ['tasks.drop', 'tasks', '__proto__', 'constructor', 'tasks.__proto__', 'toString'])
      expectTrpcRefusal(await server.request(`/trpc/${name}`), { code: 'NOT_FOUND', status: 404, path: name });
  });
});

describe('methods and paths', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused with the methods that work', async (method) => {
    const answer = await server.request('/trpc/tasks.list', { method });
    expectTrpcRefusal(answer, { code: 'METHOD_NOT_SUPPORTED', status: 405 });
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });

  test('HEAD is refused without a body', async () => {
    const answer = await server.request('/trpc/auth.me', { method: 'HEAD' });
    expect([answer.status, answer.text]).toEqual([405, '']);
  });

  test('a mutation by GET is refused and does nothing', async () => {
    const { token } = await server.mintUser();
    const input = encodeURIComponent('{"title":"By GET"}');
    expectTrpcRefusal(await server.request(`/trpc/tasks.create?input=${input}`, { token }), {
      code: 'METHOD_NOT_SUPPORTED',
      status: 405,
      path: 'tasks.create',
    });
    expectTrpcRefusal(await server.request('/trpc/auth.logout', { token }), {
      code: 'METHOD_NOT_SUPPORTED',
      status: 405,
      path: 'auth.logout',
    });
    expect((await server.request(LIST, { token })).body).toMatchObject({ result: { data: { items: [] } } });
  });

  test.each([
    '/trpc/x/auth.me',
    '/trpc//auth.me',
    '/trpc/auth%2Fme',
    '/trpc/auth%2eme',
    '/trpc/',
    '/trpc/../trpc/auth.me',
    '/trpc/..%2fauth.me',
    '/trpc/auth.me/',
    '/trpc/auth.me;x',
    '/trpc/auth.me%00',
  ])('%s is no procedure', async (path) => {
    const { token } = await server.mintUser();
    const answer = await exchange(
      server.port,
      writeRequest(`GET ${path}`, [`Authorization: Bearer ${token}`, 'Connection: close']),
    );
    expect(readStatus(answer)).toBe(404);
    expect(readJsonBody(answer)).toEqual(describeTrpcRefusal({ code: 'NOT_FOUND', status: 404 }));
  });
});

describe('what only the adapter reads', () => {
  test.each(['user@docket.test', 'a b', '[::', 'docket.test:99999', ''])(
    'the Host `%s` changes nothing',
    async (host) => {
      const { token, id } = await server.mintUser();
      const head = `GET /trpc/auth.me HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`;
      const answer = await exchange(server.port, head);
      expect(readJsonBody(answer)).toMatchObject({ result: { data: { id } } });
    },
  );

  test('parameters of a WebSocket connection are no failure of ours', async () => {
    const { token } = await server.mintUser();
    for (const value of ['1', '%7B', '%7B%22token%22%3A%22x%22%7D']) {
      const answer = await server.request(`/trpc/auth.me?connectionParams=${value}`, { token });
      if (answer.status !== 200) expectTrpcRefusal(answer, { code: 'BAD_REQUEST', status: 400 });
    }
  });

  test('a batch that asks to be streamed is answered in one piece, with its status', async () => {
    const answer = await server.request('/trpc/auth.me,auth.me?batch=1', {
      headers: { 'trpc-accept': 'application/jsonl' },
    });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

describe('bodies', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/plain; application/json',
    'application/octet-stream',
  ])('%s is refused, and with it what a form of another site can send', async (type) => {
    const { token } = await server.mintUser();
    const answer = await server.send('/trpc/auth.logout', '{}', { token, headers: { 'content-type': type } });
    expectTrpcRefusal(answer, { code: 'UNSUPPORTED_MEDIA_TYPE', status: 415 });
    expect((await server.request('/trpc/auth.me', { token })).status).toBe(200);
  });

  test('a compressed body is refused', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expectTrpcRefusal(await server.send('/trpc/auth.login', '{}', { headers }), {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      status: 415,
    });
  });

  test('a body of more than 128 KiB is refused by its length before it is read', async () => {
    const head = ['Content-Type: application/json', 'Content-Length: 131073'];
    const answer = await exchange(server.port, writeRequest('POST /trpc/auth.login', head));
    expect(readStatus(answer)).toBe(413);
    expect(readJsonBody(answer)).toEqual(describeTrpcRefusal({ code: 'PAYLOAD_TOO_LARGE', status: 413 }));
    await expectHealthy();
  });

  test('a chunked body of more than 128 KiB is refused while it is still being sent', async () => {
    const head = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    const bytes = [writeRequest('POST /trpc/auth.login', head), chunk, chunk, chunk];
    const answer = await exchange(server.port, bytes, /"requestId"[^]*\}/);
    expect(readStatus(answer)).toBe(413);
    expect(readJsonBody(answer)).toEqual(describeTrpcRefusal({ code: 'PAYLOAD_TOO_LARGE', status: 413 }));
    await expectHealthy();
  });

  test('a body of just 128 KiB is read', async () => {
    const { token } = await server.mintUser();
    const body = JSON.stringify({ title: 'Fits' }).padEnd(128 * 1024, ' ');
    expect((await server.send('/trpc/tasks.create', body, { token })).status).toBe(200);
  });

  test('broken JSON is refused without a word of it', async () => {
    const answer = await server.send('/trpc/auth.login', '{"password":"hunter2-secret",');
    expectTrpcRefusal(answer, { code: 'BAD_REQUEST', status: 400, path: 'auth.login' });
    expect(answer.text).not.toContain('hunter2');
    const query = await server.request('/trpc/tasks.list?input=%7Bhunter2', { token: (await server.mintUser()).token });
    expectTrpcRefusal(query, { code: 'BAD_REQUEST', status: 400, path: 'tasks.list' });
    expect(query.text).not.toContain('hunter2');
  });

  test.each([
    ['lists', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['objects', '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)],
  ])('JSON of %s 20,000 deep is bad input and no failure of ours', async (_, body) => {
    expectTrpcRefusal(await server.send('/trpc/auth.login', body), {
      code: 'BAD_REQUEST',
      status: 400,
      path: 'auth.login',
    });
    const { token } = await server.mintUser();
    const nested = await server.send('/trpc/tasks.create', `{"title":${body}}`, { token });
    expectTrpcRefusal(nested, { code: 'BAD_REQUEST', status: 400, path: 'tasks.create' });
    await expectHealthy();
  });

  test.each([
    ['a NUL', '{"title":"a\\u0000b"}'],
    ['a lone surrogate', '{"title":"a\\ud800b"}'],
    ['no title', '{}'],
  ])('%s is refused with the field at fault', async (_, body) => {
    const { token } = await server.mintUser();
    const answer = await server.send('/trpc/tasks.create', body, { token });
    expectTrpcRefusal(answer, { code: 'BAD_REQUEST', status: 400, path: 'tasks.create' });
    expect(answer.body).toHaveProperty('error.data.fieldErrors.title', [expect.stringMatching(/^[A-Z].*\.$/)]);
  });

  test.each(['__proto__', 'constructor', 'userId'])('the key %s is not known', async (key) => {
    const { token } = await server.mintUser();
    const answer = await server.send('/trpc/tasks.create', `{"title":"x","${key}":{"completed":true}}`, { token });
    expectTrpcRefusal(answer, { code: 'BAD_REQUEST', status: 400, path: 'tasks.create' });
  });
});
