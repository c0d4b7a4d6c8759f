import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { openDatabase, tasks } from '@docket/db';
import { createTestDatabase } from '@docket/db/testing';
import { eq, sql } from 'drizzle-orm';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { migrateOrExplain, provideDatabase } from './database-source.ts';
import { readEnv } from './env.ts';
import { createLogger } from './logger.ts';

/** A message of PostgreSQL's protocol 3.0: its kind, its length, its fields. */
const message = (kind: string, ...fields: (Buffer | string | number)[]): Buffer => {
  const body = Buffer.concat(
    fields.map((field) => {
      if (typeof field === 'string') return Buffer.from(`${field}\0`);
      if (typeof field !== 'number') return field;
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(field);
      return bytes;
    }),
  );
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(kind), length, body]);
};

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

const column = (name: string): Buffer[] => [
  Buffer.from(`${name}\0`),
  Buffer.alloc(6),
  Buffer.from([0, 0, 0, 25]),
  int16(65_535),
  Buffer.alloc(4),
  int16(0),
];

/** Answers every query with one row of two texts, as an old PostgreSQL answers what it is. */
const serve = (socket: Socket, version: [string, string]): void => {
  const ready = message('Z', Buffer.from('I'));
  const values = version.flatMap((text) => [text.length, Buffer.from(text)]);
  const row = message('D', int16(2), ...values);
  const description = message('T', int16(2), ...column('server_version_num'), ...column('server_version'));
  let isStarted = false;
  socket.on('data', (chunk) => {
    if (!isStarted) {
      isStarted = true;
      socket.write(Buffer.concat([message('R', 0), message('S', 'server_version', version[1]), ready]));
      return;
    }
    const kinds: string[] = [];
    for (let at = 0; at + 5 <= chunk.length; at += 1 + chunk.readInt32BE(at + 1))
      kinds.push(String.fromCharCode(chunk.readUInt8(at)));
    const answers: Record<string, Buffer[]> = {
      P: [message('1')],
      D: [message('t', int16(0)), description],
      B: [message('2')],
      E: [row, message('C', 'SELECT 1')],
      S: [ready],
      Q: [description, row, message('C', 'SELECT 1'), ready],
    };
    socket.write(Buffer.concat(kinds.flatMap((kind) => answers[kind] ?? [])));
  });
  socket.on('error', () => {});
};

const servers: { close(): void }[] = [];
afterAll(() => {
  for (const server of servers.splice(0)) server.close();
});

const listen = async (handle: (socket: Socket) => void): Promise<string> => {
  const server = createServer(handle).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `postgres://me:Zanzibar@127.0.0.1:${address.port}/docket`;
};

const explain = async (url: string): Promise<string> => {
  const error: unknown = await migrateOrExplain(readEnv({ DATABASE_URL: url }), url).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ name: 'StartError' });
  const text = error instanceof Error ? error.message : '';
  expect(text).not.toMatch(/zanz|ibar/i);
  return text;
};

test('a PostgreSQL that is too old is named with what it would need to be', async () => {
  const url = await listen((socket) => serve(socket, ['130014', '13.14']));
  expect(await explain(url)).toMatch(
    /^PostgreSQL 13\.14 is too old; Docket needs 14 or later \(postgres:\/\/127\.0\.0\.1:\d+\/docket\)\.$/,
  );
});

test.each([
  'postgres://me:Zanz#ibar@localhost/docket',
  'postgres://me:Zanzibar@local host/docket',
  'postgres://me:Zanzibar@localhost',
  'postgres://me:Zanzibar@localhost/',
  'postgres://me:Zanzibar@localhost/docket?sslmode=perhaps',
  'mysql://me:Zanzibar@localhost/docket',
  'me:Zanzibar@localhost/docket',
])('%s cannot be used', async (url) => {
  expect(await explain(url)).toMatch(/^DATABASE_URL cannot be used: /);
});

/** How many statements are named on a connection over which a prepared query has run. */
const countNamedStatements = async (variables: NodeJS.ProcessEnv): Promise<unknown> => {
  const options = { dataFolder: '/nowhere', logger: createLogger('silent'), announce: () => {} };
  const { url, isPooled } = await provideDatabase({ ...options, env: readEnv(variables) });
  const { db, close } = openDatabase(url, { isPooled });
  onTestFinished(close);
  const byTitle = eq(tasks.title, sql.placeholder('title'));
  const find = db.select({ id: tasks.id }).from(tasks).where(byTitle).prepare('find');
  for (let round = 0; round < 3; round += 1) expect(await find.execute({ title: 'x' })).toEqual([]);
  const [row] = await db.execute(sql`select count(*)::int as count from pg_prepared_statements`);
  return row?.['count'];
};

test('statements are named, but for behind a pooler, whose connections are shared', async () => {
  const database = await createTestDatabase();
  onTestFinished(database.close);
  const direct = `${database.url}?application_name=direct`;
  expect(await countNamedStatements({ DATABASE_URL: database.url })).toBe(1);
  expect(await countNamedStatements({ DATABASE_URL: database.url, DATABASE_URL_DIRECT: database.url })).toBe(1);
  expect(await countNamedStatements({ DATABASE_URL: database.url, DATABASE_URL_DIRECT: direct })).toBe(0);
});
