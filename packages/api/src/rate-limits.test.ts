import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Database, openDatabase, rateLimits as rateLimitRows } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readAddressKey } from './address-key.ts';
import { readRateLimits } from './rate-limit-settings.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const create = (settings: string, db: Database = database.db): RateLimits =>
  createRateLimits({ db, settings: readRateLimits(settings) });

/** As another process has it: a pool of its own. */
const createElsewhere = (settings: string): RateLimits => {
  const { db, close } = openDatabase(database.url);
  onTestFinished(close);
  return create(settings, db);
};

const readPoints = async (key: string): Promise<number | undefined> => {
  const [row] = await database.db.select().from(rateLimitRows).where(eq(rateLimitRows.key, key));
  return row?.points;
};

const repeat = <Answer>(times: number, call: (index: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => call(index)));

const countFree = (answers: (number | null)[]): number => answers.filter((answer) => answer === null).length;

const useFakeClock = (toFake: ('Date' | 'setTimeout' | 'clearTimeout')[]) => {
  vi.useFakeTimers({ toFake });
  onTestFinished(() => void vi.useRealTimers());
};

const readPort = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
};

/** A door to the database that opens, hangs and shuts. */
const openDoor = async () => {
  const url = new URL(database.url);
  const [databaseHost, databasePort] = [url.hostname, Number(url.port)];
  const sockets = new Set<Socket>();
  let isHanging = false;
  const server = createServer((socket) => {
    const beyond = connect(databasePort, databaseHost);
    for (const end of [socket, beyond]) {
      sockets.add(end);
      end.on('error', () => {});
    }
    socket.on('close', () => beyond.destroy());
    beyond.on('close', () => socket.destroy());
    socket.on('data', (bytes) => {
      if (!isHanging) beyond.write(bytes);
    });
    beyond.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = readPort(server.address());
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const { db, close } = openDatabase(url.href);
  const shut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
    // After a cut connection, postgres.js takes the five seconds that it may take.
    void close();
  });
  return {
    db,
    shut,
    hang: () => (isHanging = true),
    async reopen() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
};

describe('take', () => {
  test('lets exactly ten of sixty at the same instant pass (ASVS 6.3.1)', async () => {
    const limits = create('loginPair=10/900');
    const answers = await repeat(60, () => limits.take('loginPair', 'ada'));
    expect(countFree(answers)).toBe(10);
    const waits = answers.filter((answer) => answer !== null);
    expect(waits.every((wait) => Number.isInteger(wait) && wait > 800 && wait <= 900)).toBe(true);
  });

  test.each([
    ['loginPair', 10, 60],
    ['refresh', 60, 120],
    ['writes', 300, 700],
    ['reads', 1_200, 2_600],
  ] as const)('of %s lets exactly %i of %i pass over two processes', async (name, points, calls) => {
    const processes = [createElsewhere(`${name}=${points}/60`), createElsewhere(`${name}=${points}/60`)];
    const answers = await Promise.all(processes.map((limits) => repeat(calls / 2, () => limits.take(name, 'two'))));
    expect(countFree(answers.flat())).toBe(points);
  });

  test('lets exactly the limit pass one after another, too, twelve for a statement', async () => {
    const limits = create('reads=1200/60');
    let free = 0;
    while ((await limits.take('reads', 'one by one')) === null) free += 1;
    expect(free).toBe(1_200);
    expect(await readPoints('reads:one by one')).toBe(101 * 12);
  });

  test('asks the database nothing while it refuses', async () => {
    const limits = create('signup=2/60');
    await repeat(3, () => limits.take('signup', 'storm'));
    const points = await readPoints('signup:storm');
    expect(countFree(await repeat(500, () => limits.take('signup', 'storm')))).toBe(0);
    expect(await readPoints('signup:storm')).toBe(points);
  });

  test('is free again when the window ends, and says after how many seconds that is', async () => {
    useFakeClock(['Date']);
    const limits = create('reads=1200/60,resetEmail=3/3600');
    await repeat(3, () => limits.take('resetEmail', 'ada'));
    vi.setSystemTime(Date.now() + 3_599_001);
    expect(await limits.take('resetEmail', 'ada')).toBe(1);
    vi.setSystemTime(Date.now() + 999);
    expect(countFree(await repeat(4, () => limits.take('resetEmail', 'ada')))).toBe(3);
  });

  test('counts each name and each key for itself', async () => {
    const limits = create('signup=1/60,resetAddress=1/60');
    expect(await limits.take('signup', 'ada')).toBeNull();
    expect(await limits.take('signup', 'bob')).toBeNull();
    expect(await limits.take('resetAddress', 'ada')).toBeNull();
    expect(await limits.take('signup', 'ada')).toBeGreaterThan(0);
  });

  test('counts IPv6 by /64, and ::ffff: as IPv4', async () => {
    const limits = create('signup=1/60');
    const take = (address: string) => limits.take('signup', readAddressKey(address));
    expect(await take('2001:db8:1:2::1')).toBeNull();
    expect(await take('2001:DB8:1:2:ffff::2')).not.toBeNull();
    expect(await take('2001:db8:1:3::1')).toBeNull();
    expect(await take('203.0.113.7')).toBeNull();
    expect(await take('::ffff:203.0.113.7')).not.toBeNull();
  });

  test('asks nothing where a limit is off', async () => {
    const limits = create('reads=off');
    await limits.take('reads', 'off');
    await limits.giveBack('reads', 'off');
    expect(await limits.take('reads', 'off')).toBeNull();
    expect(await readPoints('reads:off')).toBeUndefined();
  });

  test('goes on counting after a restart of everything', async () => {
    const before = openDatabase(database.url);
    expect(await create('loginPair=3/900', before.db).take('loginPair', 'restart')).toBeNull();
    await before.close();
    await database.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const answers = await repeat(5, () => createElsewhere('loginPair=3/900').take('loginPair', 'restart'));
    expect(countFree(answers)).toBe(2);
  });
});

describe('giveBack', () => {
  test('frees the point at once', async () => {
    const limits = create('loginPair=2/900');
    expect(countFree(await repeat(4, () => limits.take('loginPair', 'back')))).toBe(2);
    await limits.giveBack('loginPair', 'back');
    expect(countFree(await repeat(4, () => limits.take('loginPair', 'back')))).toBe(1);
  });

  test('leaves nothing used where all who passed give back, however many were refused', async () => {
    const limits = create('loginPair=10/900');
    expect(countFree(await repeat(60, () => limits.take('loginPair', 'all')))).toBe(10);
    await repeat(10, () => limits.giveBack('loginPair', 'all'));
    expect(await readPoints('loginPair:all')).toBe(0);
    expect(countFree(await repeat(60, () => limits.take('loginPair', 'all')))).toBe(10);
  });

  test('gives nobody more than the limit', async () => {
    useFakeClock(['Date']);
    const limits = create('loginPair=2/900');
    await repeat(3, () => limits.giveBack('loginPair', 'more'));
    await limits.take('loginPair', 'more');
    await repeat(3, () => limits.giveBack('loginPair', 'more'));
    expect(await readPoints('loginPair:more')).toBe(0);
    await limits.take('loginPair', 'more');
    vi.setSystemTime(Date.now() + 900_000);
    await limits.giveBack('loginPair', 'more');
    expect(countFree(await repeat(9, () => limits.take('loginPair', 'more')))).toBe(2);
  });
});

describe('in an outage', () => {
  const expectLimitInMemory = async (limits: RateLimits) => {
    await repeat(3, () => limits.giveBack('loginPair', 'ada'));
    expect(countFree(await repeat(60, () => limits.take('loginPair', 'ada')))).toBe(10);
    expect(await limits.take('loginPair', 'ada')).toBeGreaterThan(0);
    await limits.giveBack('loginPair', 'ada');
    expect(countFree(await repeat(60, () => limits.take('loginPair', 'ada')))).toBe(1);
    expect(countFree(await repeat(60, () => limits.take('loginPair', 'bob')))).toBe(10);
    expect(countFree(await repeat(400, () => limits.take('writes', 'ada')))).toBe(300);
  };

  test('limits go on in memory where nothing listens', async () => {
    const door = await openDoor();
    await door.shut();
    await expectLimitInMemory(create('loginPair=10/900', door.db));
  });

  test('limits go on in memory where the connection has ended', async () => {
    const { db, close } = openDatabase(database.url);
    const limits = create('loginPair=10/900', db);
    expect(await limits.take('loginPair', 'before')).toBeNull();
    await close();
    await expectLimitInMemory(limits);
  });

  test('a database that hangs costs two seconds once, not each time', async () => {
    const door = await openDoor();
    const limits = create('loginPair=10/900', door.db);
    await limits.take('loginPair', 'before');
    door.hang();
    useFakeClock(['Date', 'setTimeout', 'clearTimeout']);
    let isAnswered = false;
    const first = limits.take('loginPair', 'ada').finally(() => (isAnswered = true));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(isAnswered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await first).toBeNull();
    // No timer runs from here on, so whatever waited for one would wait for ever.
    expect(countFree(await repeat(60, () => limits.take('loginPair', 'bob')))).toBe(10);
    await limits.giveBack('loginPair', 'bob');
    vi.setSystemTime(Date.now() + 3_000);
    const probe = limits.take('loginPair', 'cleo');
    await Promise.resolve().then(() => Promise.resolve());
    expect(await limits.take('loginPair', 'dora')).toBeNull();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await probe).toBeNull();
  });

  test('limits come back to the database afterwards, and to what was counted there', async () => {
    useFakeClock(['Date']);
    const door = await openDoor();
    const limits = create('loginPair=3/900', door.db);
    const key = uuidv7();
    expect(countFree(await repeat(2, () => limits.take('loginPair', key)))).toBe(2);
    await door.shut();
    expect(countFree(await repeat(9, () => limits.take('loginPair', key)))).toBe(3);
    await door.reopen();
    expect(await limits.take('loginPair', key)).not.toBeNull();
    expect(await readPoints(`loginPair:${key}`)).toBe(2);
    vi.setSystemTime(Date.now() + 5_000);
    expect(await limits.take('loginPair', key)).toBeNull();
    expect(await limits.take('loginPair', key)).not.toBeNull();
    expect(await readPoints(`loginPair:${key}`)).toBe(4);
  });
});
