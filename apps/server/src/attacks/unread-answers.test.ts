import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer, writeRequest } from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ unreadMs: 1_200 });
});
afterAll(() => server.stop());

/** Some megabytes that do not compress well. */
const addTasks = (userId: string) =>
  server.database.db.execute(sql`
    insert into tasks (user_id, id, title, description, revision)
      select ${userId}, gen_random_uuid(), 'Long', long.text, 1 from generate_series(1, 500) as n,
        lateral (select string_agg(md5(concat(n, i, random())), '') as text from generate_series(1, 310) as i) as long`);

/** Where each leads to, with which headers, and how often it is asked for on one connection. */
const CALLS: [string, string[], number][] = [
  ['/api/sync', [], 1],
  ['/trpc/sync.pull?input={}', ['Accept-Encoding: gzip'], 1],
  ['/trpc/sync.changes', [], 1],
  ['/api/tasks?limit=100', [], 10],
];

/** Resolves once the server has cut the connection, of which a client that does not read hears only when it writes. */
const waitUntilCut = async (socket: Socket): Promise<void> => {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // The beginning of another request, which never ends.
  socket.write('GET / HTTP/1.1\r\nX-Long: ');
  const nudge = setInterval(() => socket.write('x'), 50);
  await closed;
  clearInterval(nudge);
};

test('whatever is not read is cut, also when its account is gone', async () => {
  const user = await server.mintUser();
  await addTasks(user.id);
  const sockets = await Promise.all(
    CALLS.map(async ([path, headers, repeats]) => {
      const socket = connect(server.port, '127.0.0.1').pause();
      socket.on('error', () => {});
      await once(socket, 'connect');
      const bytes = writeRequest(`GET ${path}`, [`Authorization: Bearer ${user.token}`, ...headers]);
      socket.write(bytes.repeat(repeats));
      await once(socket, 'readable');
      return socket;
    }),
  );
  await server.database.db.delete(users).where(eq(users.id, user.id));
  await Promise.all(sockets.map(waitUntilCut));
  expect((await server.request('/livez')).status).toBe(200);
});
