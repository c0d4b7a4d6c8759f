import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  exchange,
  expectRestRefusal,
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

describe('requests that are not calls', () => {
  test.each([
    ['PUT', '/api/tasks', 'GET, POST'],
    ['DELETE', '/api/tasks', 'GET, POST'],
    ['POST', '/api/tasks/x', 'GET, PATCH, DELETE'],
    ['GET', '/api/auth/login', 'POST'],
    ['GET', '/auth/login', 'POST'],
    ['PUT', '/auth/signup', 'POST'],
    ['OPTIONS', '/api/auth/me', 'GET'],
  ])('%s %s answers 405 and what works', async (method, path, allow) => {
    const answer = await server.request(path, { method });
    expectRestRefusal(answer, { code: 'METHOD_NOT_SUPPORTED', status: 405 });
    expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
  });

  test.each(['/api', '/api/', '/api/nothing', '/api/tasks/a/b', '/api/tasks.list', '/auth/other', '/api/%E0%A4%A'])(
    'POST %s answers 404 or 400 as JSON',
    async (path) => {
      const answer = await server.send(path, {});
      expectRestRefusal(answer, {
        code: path.includes('%') ? 'BAD_REQUEST' : 'NOT_FOUND',
        status: path.includes('%') ? 400 : 404,
      });
    },
  );

  test.each(['/api', '/api/', '/api/nothing', '/trpc', '/trpc/'])('GET %s never answers the page', async (path) => {
    expect((await server.request(path)).headers.get('content-type')).toMatch(/^application\/json/);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('a body of %s is refused', async (type) => {
    const answer = await server.send('/api/auth/login', '{}', { headers: { 'content-type': type } });
    expectRestRefusal(answer, { code: 'UNSUPPORTED_MEDIA_TYPE', status: 415, path: 'auth.login' });
  });

  test.each([
    ['broken JSON', '{"password":"hunter2'],
    ['a list', '["hunter2"]'],
    ['a text', '"hunter2"'],
    ['null', 'null'],
    ['nothing', ''],
    ['an object 20,000 deep', '{"hunter2":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['a list 20,000 deep', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['a NUL', '{"email":"hunter2\\u0000@example.com","password":"x"}'],
    ['__proto__', '{"email":"a@example.com","password":"x","__proto__":{"hunter":2}}'],
    ['constructor', '{"email":"a@example.com","password":"x","constructor":{"prototype":{"hunter":2}}}'],
  ])('a body of %s is refused and not repeated', async (_, body) => {
    const answer = await server.send('/api/auth/login', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'BAD_REQUEST',
      data: { httpStatus: 400, requestId: expect.any(String) },
    });
    expect(answer.text).not.toContain('hunter2@');
    expect(answer.text).not.toContain('"hunter2"]');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('a body of more than 128 KiB is refused by its length before it is read', async () => {
    const { token } = await server.mintUser();
    const head = ['Content-Type: application/json', 'Content-Length: 10000000', `Authorization: Bearer ${token}`];
    const answer = await exchange(server.port, writeRequest('POST /api/tasks', head, '{'), /"requestId"[^]*\}/);
    expect(readStatus(answer)).toBe(413);
    expect(readJsonBody(answer)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', data: { httpStatus: 413 } });
    expect((await server.request('/livez')).status).toBe(200);
  });

  test('a chunked body of more than 128 KiB is refused while it is still being sent', async () => {
    const { token } = await server.mintUser();
    const head = ['Content-Type: application/json', 'Transfer-Encoding: chunked', `Authorization: Bearer ${token}`];
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    const bytes = [writeRequest('POST /api/tasks', head), chunk, chunk, chunk];
    const answer = await exchange(server.port, bytes, /"requestId"[^]*\}/);
    expect(readStatus(answer)).toBe(413);
    expect((await server.request('/livez')).status).toBe(200);
  });
});
