import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { writeRequest } from './testing/index.ts';
import { cutUnreadConnections } from './unread-connections.ts';

/** More than both ends of a connection hold. */
const LARGE = 'x'.repeat(12_000_000);

const answers: Record<string, (response: ServerResponse) => void> = {
  '/plain': (response) => response.end(LARGE),
  // Of more than one byte a character, and all of it in the kernel at once.
  '/small': (response) => response.end('ä'.repeat(500_000)),
  '/compressed': (response) => response.end(gzipSync(Buffer.from(LARGE), { level: 0 })),
  '/pings': (response) => {
    response.write(LARGE);
    const ping = setInterval(() => response.write('data: ä\n\n'), 20);
    response.once('close', () => clearInterval(ping));
  },
  '/pings-of-little': (response) => {
    response.write('x'.repeat(1_000_000));
    const ping = setInterval(() => response.write('data: ä\n\n'), 20);
    response.once('close', () => clearInterval(ping));
  },
  '/begun': (response) => response.write('the beginning'),
};

let server: Server;
let port: number;
let clients: Socket[];
let stopCutting: () => void;
/** The addresses of what was asked on connections that are closed. */
let closed: string[];
beforeEach(async () => {
  const closedHere: string[] = [];
  [clients, closed] = [[], closedHere];
  server = createServer({ keepAliveTimeout: 60_000 }, (request: IncomingMessage, response) => {
    const path = request.url ?? '';
    request.socket.once('close', () => closedHere.push(path));
    answers[path]?.(response);
  });
  stopCutting = cutUnreadConnections(server, { logger: createLogger('silent'), unreadMs: 600 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = address === null || typeof address === 'string' ? 0 : address.port;
});
afterEach(async () => {
  stopCutting();
  for (const client of clients) client.destroy();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

/** Asks and reads nothing. */
const ask = async (path: string): Promise<Socket> => {
  const client = connect(port, '127.0.0.1').pause();
  client.on('error', () => {});
  clients.push(client);
  await once(client, 'connect');
  client.write(writeRequest(`GET ${path}`));
  return client;
};

describe('a connection', () => {
  test('on which nothing is read is cut, whatever it is sent', async () => {
    const paths = ['/plain', '/small', '/compressed', '/pings', '/pings-of-little'];
    for (const path of paths) await ask(path);
    await expect.poll(() => closed.toSorted()).toEqual(paths.toSorted());
  });

  test('on which nothing is read is cut, also where more is asked all the time', async () => {
    const client = await ask('/plain');
    client.write('GET /small HTTP/1.1\r\nHost: docket.test\r\nX-Long: ');
    const more = setInterval(() => client.write('x'), 50);
    await expect.poll(() => closed).toContain('/plain');
    clearInterval(more);
  });

  test('that is idle, within a stream or between two requests, is kept as long as it likes', async () => {
    const [idle, stream] = [await ask('/small'), await ask('/begun')];
    for (const client of [idle, stream]) client.resume();
    await ask('/plain');
    await expect.poll(() => closed).toEqual(['/plain']);
    stream.write(writeRequest('GET /small'));
    idle.write(writeRequest('GET /begun'));
    const [bytes] = await once(idle, 'data');
    expect(String(bytes)).toContain('200 OK');
  });

  test('of a reader who is slow and steady is kept', async () => {
    const client = await ask('/plain');
    let left = LARGE.length;
    // For more than twice as long as a connection may stand still.
    for (let pieces = 0; pieces < 75; pieces += 1) {
      await pause(20);
      left -= (client.read() ?? '').length;
    }
    client.on('data', (chunk: Buffer) => (left -= chunk.length)).resume();
    await expect.poll(() => left).toBeLessThanOrEqual(0);
    expect(closed).toEqual([]);
  });
});
