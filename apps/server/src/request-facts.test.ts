import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, readStatus, startTestServer, type TestServer, writeRequest } from './testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const PATHS = ['/trpc/auth.me', '/api/auth/me'];

describe.each(PATHS)('the Authorization header of %s', (path) => {
  const askWith = async (write: (token: string) => string[]): Promise<number> => {
    const { token } = await server.mintUser();
    return readStatus(await exchange(server.port, writeRequest(`GET ${path}`, ['Connection: close', ...write(token)])));
  };

  test.each(['Bearer', 'bearer', 'BEARER'])('%s and a token sign in', async (scheme) => {
    expect(await askWith((token) => [`Authorization: ${scheme} ${token}`])).toBe(200);
    expect(await askWith((token) => [`authorization:   ${scheme} ${token}  `])).toBe(200);
  });

  test.each<[string, (token: string) => string[]]>([
    ['nothing', () => []],
    ['an empty header', () => ['Authorization: ']],
    ['a bare token', (token) => [`Authorization: ${token}`]],
    ['no token', () => ['Authorization: Bearer']],
    ['two spaces', (token) => [`Authorization: Bearer  ${token}`]],
    ['a tab', (token) => [`Authorization: Bearer\t${token}`]],
    ['a comma list', (token) => [`Authorization: Bearer ${token}, Bearer ${token}`]],
    ['a comma', (token) => [`Authorization: Bearer ${token},`]],
    ['two tokens', (token) => [`Authorization: Bearer ${token} ${token}`]],
    ['quotes', (token) => [`Authorization: Bearer "${token}"`]],
    ['another scheme', (token) => [`Authorization: Basic ${token}`]],
    ['two headers', (token) => [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`]],
    ['two headers, the first one empty', (token) => ['Authorization:', `Authorization: Bearer ${token}`]],
    ['another header', (token) => [`X-Authorization: Bearer ${token}`, `Cookie: authorization=${token}`]],
  ])('%s does not', async (_, write) => {
    expect(await askWith(write)).toBe(401);
  });
});

describe.each([...PATHS, '/livez', '/', '/nothing.js'])('the request id of %s', (path) => {
  test('is the caller`s where it is a plain one', async () => {
    const answer = await server.request(path, { headers: { 'x-request-id': 'Caller-given_0123' } });
    expect(answer.headers.get('x-request-id')).toBe('Caller-given_0123');
    if (answer.status === 401) expect(answer.text).toContain('"requestId":"Caller-given_0123"');
  });

  test.each(['short', 'x'.repeat(65), 'with space', '<script>alert</script>', '{"level":60}....', 'a,b,c,d,e,f'])(
    'is a new one instead of %s',
    async (given) => {
      const answer = await server.request(path, { headers: { 'x-request-id': given } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('is another for each request', async () => {
    const ask = async () => (await server.request(path)).headers.get('x-request-id');
    expect(await ask()).not.toBe(await ask());
  });
});

test.each(['/api/sync', '/trpc/sync.pull?input=%7B%7D'])(
  'a large answer of %s gives its turn back when it has left, and when its reader has',
  async (path) => {
    const { token } = await server.mintUser();
    for (let round = 0; round < 4; round += 1) {
      expect((await server.request(path, { token })).status).toBe(200);
      const socket = connect(server.port, '127.0.0.1');
      socket.write(writeRequest(`GET ${path}`, [`Authorization: Bearer ${token}`]), () => socket.destroy());
      await once(socket, 'close');
    }
  },
);
