import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  exchange,
  readStanding,
  readStatus,
  startTestServer,
  type TestServer,
  writeRequest,
} from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const PATHS = ['/trpc/auth.logout', '/trpc/auth.logout?batch=1', '/api/auth/logout'];

const BEGINNINGS: [string, string[], string][] = [
  ['a length and nothing of it', ['Content-Length: 2'], ''],
  ['a length and a part of it', ['Content-Length: 100'], '{"0":{}}'],
  ['a chunk without the last one', ['Transfer-Encoding: chunked'], '2\r\n{}\r\n'],
  ['half a chunk', ['Transfer-Encoding: chunked'], 'ff\r\n{}'],
  ['the last chunk without its end', ['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n'],
];

const begin = (path: string, token: string, [headers, body]: readonly [string[], string]): string =>
  writeRequest(`POST ${path}`, ['Content-Type: application/json', `Authorization: Bearer ${token}`, ...headers], body);

/** Sends the bytes, ends the connection and waits until the server has ended it, too. */
const sendAndLeave = async (bytes: string, isReset: boolean): Promise<void> => {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, 'latin1', resolve));
  // What was asked before is answered behind it, so the headers have arrived.
  expect((await server.request('/livez')).status).toBe(200);
  const closed = once(socket, 'close');
  if (isReset) socket.resetAndDestroy();
  else socket.resume().end();
  await closed;
};

describe.each(PATHS)('a mutation without input, %s', (path) => {
  test.each(BEGINNINGS)('does not run where the request ends with %s', async (_, headers, body) => {
    for (const isReset of [false, true]) {
      const { token } = await server.mintUser();
      await sendAndLeave(begin(path, token, [headers, body]), isReset);
      expect(await readStanding(server, token)).toBe(200);
    }
  });

  test('runs once the rest of the body has come', async () => {
    const { token } = await server.mintUser();
    const socket = connect(server.port, '127.0.0.1');
    const answered = once(socket.setEncoding('latin1'), 'data');
    socket.write(begin(path, token, [['Content-Length: 2'], '{']));
    expect(await readStanding(server, token)).toBe(200);
    socket.write('}');
    expect(readStatus(String(await answered))).toBe(200);
    expect(await readStanding(server, token)).toBe(401);
    socket.destroy();
  });
});

test.each(['/trpc/auth.me', '/api/auth/me'])('a query with a body, GET %s, waits for it, too', async (path) => {
  const { token } = await server.mintUser();
  const head = writeRequest(`GET ${path}`, [
    `Authorization: Bearer ${token}`,
    'Content-Length: 2',
    'Connection: close',
  ]);
  expect(readStatus(await exchange(server.port, [head, '{}']))).toBe(200);
  const endless = writeRequest(`GET ${path}`, [`Authorization: Bearer ${token}`, 'Transfer-Encoding: chunked']);
  expect(readStatus(await exchange(server.port, [endless, `20001\r\n${'x'.repeat(0x2_0001)}\r\n`]))).toBe(413);
});
