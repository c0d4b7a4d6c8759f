import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Database, findViolatedForeignKey, isDatabaseUnavailable, openDatabase, prepareOnce } from './database.ts';
import { tasks, users } from './tables.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

const ping = (db: Database) => db.execute(sql`select 1`);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const readFailure = (call: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(call).then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

/** Without waiting: after a cut connection, postgres.js takes the five seconds that it may take. */
const closeLater = (close: () => Promise<void>): void => void close();

/** A server on a port of its own; whatever is still connected is cut off at the end of the test. */
const listen = async (serve: (socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = readAddress(server.address());
  const { db, close } = openDatabase(`postgres://ada:secret@127.0.0.1:${port}/docket`);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
    closeLater(close);
  });
  return { db, server };
};

const readAddress = (address: AddressInfo | string | null): AddressInfo => {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address;
};

/** `AuthenticationOk` and `ReadyForQuery` of PostgreSQL's protocol. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

describe('isDatabaseUnavailable', () => {
  test('is true where nothing listens', async () => {
    const { db, server } = await listen(() => {});
    server.close();
    await once(server, 'close');
    expect(isDatabaseUnavailable(await readFailure(ping(db)))).toBe(true);
  });

  test('is true where the connection is cut', async () => {
    const fickle = await listen((socket) => {
      socket.once('data', () => {
        socket.write(WELCOME);
        socket.once('data', () => socket.destroy());
      });
    });
    expect(isDatabaseUnavailable(await readFailure(ping(fickle.db)))).toBe(true);
  });

  test.each([
    ['before the greeting', 1],
    ['after the greeting', 2],
  ])('is true within five seconds where the server hangs %s', async (_, messages) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const hung = new EventEmitter();
    const hanging = once(hung, 'hangs');
    const { db } = await listen((socket) => {
      let count = 0;
      socket.on('data', () => {
        count += 1;
        if (count === messages) hung.emit('hangs');
        else socket.write(WELCOME);
      });
    });
    const failure = readFailure(ping(db));
    await hanging;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(isDatabaseUnavailable(await failure)).toBe(true);
  });

  test('is true where PostgreSQL shuts a session down, and the next statement works again', async () => {
    const { db, close } = openDatabase(database.url);
    onTestFinished(() => closeLater(close));
    const failure = await readFailure(db.execute(sql`select pg_terminate_backend(pg_backend_pid())`));
    expect(isDatabaseUnavailable(failure)).toBe(true);
    await ping(db);
  });

  test('is true after the pool was closed', async () => {
    const { db, close } = openDatabase(database.url);
    await ping(db);
    await close();
    expect(isDatabaseUnavailable(await readFailure(ping(db)))).toBe(true);
  });

  test('is true where PostgreSQL`s own limit ends a statement', async () => {
    const failure = await readFailure(
      database.db.transaction(
        async (tx) => void (await tx.execute(sql`set local statement_timeout = 1; select pg_sleep(10)`)),
      ),
    );
    expect(failure).toMatchObject({ cause: { code: '57014' } });
    expect(isDatabaseUnavailable(failure)).toBe(true);
  });

  test('is false for what the statement is to blame for', async () => {
    const { db } = database;
    const ada = { id: '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11', email: 'ada@example.com', hashedPassword: 'x' };
    await db.insert(users).values(ada);
    const failures = [
      await readFailure(db.insert(users).values(ada)),
      await readFailure(db.execute(sql`select * from nowhere`)),
      await readFailure(db.execute(sql`select 1 / 0`)),
      await readFailure(db.execute(sql`select ${'a\0b'}::text`)),
    ];
    expect(failures).toMatchObject(['23505', '42P01', '22012', '22021'].map((code) => ({ cause: { code } })));
    expect(failures.map(isDatabaseUnavailable)).toEqual(failures.map(() => false));
  });

  test.each([
    ['nothing', undefined, false],
    ['text', 'ECONNREFUSED', false],
    ['no error', { code: 'ECONNREFUSED' }, false],
    ['an error of another kind', new TypeError('ECONNREFUSED'), false],
    ['a refused connection', Object.assign(new Error(), { code: 'ECONNREFUSED' }), true],
    ['too many connections', Object.assign(new Error(), { code: '53300' }), true],
    ['a starting server', Object.assign(new Error(), { code: '57P03' }), true],
    ['a cancelled statement', Object.assign(new Error(), { code: '57014' }), true],
    ['a deadlock', Object.assign(new Error(), { code: '40P01' }), true],
    ['a standby', Object.assign(new Error(), { code: '25006' }), true],
    ['a code that only begins alike', Object.assign(new Error(), { code: '080061' }), false],
    ['a code that is a number', Object.assign(new Error(), { code: 53_300 }), false],
  ])('of %s, itself or as a cause', (_, error, isUnavailable) => {
    expect(isDatabaseUnavailable(error)).toBe(isUnavailable);
    const wrapped = new Error('outer', { cause: new Error('inner', { cause: error }) });
    expect(isDatabaseUnavailable(wrapped)).toBe(isUnavailable);
  });
});

test('findViolatedForeignKey names the reference for which a row was refused, and nothing else', async () => {
  const row = { userId: randomUUID(), id: randomUUID(), title: 'Nobody`s' };
  const failure = await readFailure(database.db.insert(tasks).values(row));
  expect(findViolatedForeignKey(failure)).toBe('tasks_user_id_users_id_fk');
  expect(findViolatedForeignKey(new Error('outer', { cause: failure }))).toBe('tasks_user_id_users_id_fk');
  for (const other of [null, new Error(), Object.assign(new Error(), { code: '23505', constraint_name: 'x' })]) {
    expect(findViolatedForeignKey(other)).toBeNull();
  }
});

describe('prepareOnce', () => {
  test('builds its statements once a database', async () => {
    const other = openDatabase(database.url);
    onTestFinished(other.close);
    let count = 0;
    const prepare = prepareOnce((db) => {
      count += 1;
      return {
        find: db
          .select({ id: users.id })
          .from(users)
          .where(eq(users.email, sql.placeholder('email')))
          .prepare('find'),
      };
    });
    const statements = prepare(database.db);
    expect(prepare(database.db)).toBe(statements);
    expect(count).toBe(1);
    expect(prepare(other.db)).not.toBe(statements);
    expect(count).toBe(2);
    expect(await prepare(other.db).find.execute({ email: 'nobody@example.com' })).toEqual([]);
  });
});
