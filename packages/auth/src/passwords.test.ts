import { ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { constants, getPriority } from 'node:os';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { HashProcessError } from './hash-process.ts';
import { createPasswords, PasswordQueueFullError } from './passwords.ts';

/** bcrypt works on this for minutes. */
const SLOW_HASH = `$2b$20$${'a'.repeat(53)}`;

/** Passwords together with every process that was started for them. */
const watchPasswords = (cost = 4) => {
  const children: ChildProcess[] = [];
  const note = (message: unknown): void => {
    const child = typeof message === 'object' && message !== null && 'process' in message ? message.process : undefined;
    if (child instanceof ChildProcess) children.push(child);
  };
  subscribe('child_process', note);
  const passwords = createPasswords({ cost });
  const end = async (): Promise<void> => {
    unsubscribe('child_process', note);
    passwords.close();
    for (const child of children) child.kill('SIGKILL');
  };
  return { passwords, children, [Symbol.asyncDispose]: end };
};

const passwords = createPasswords({ cost: 4, maxPlaces: 2 });
afterAll(() => passwords.close());

describe('hash and verify', () => {
  test('know a password again, and no other', async () => {
    using place = passwords.reserve([]);
    const stored = await place.hash('correct horse');
    expect(stored).toMatch(/^\$2b\$04\$[./\w]{53}$/);
    expect(await place.verify('correct horse', stored)).toBe(true);
    for (const wrong of ['correct hors', 'correct horse ', 'Correct horse', '', stored]) {
      expect(await place.verify(wrong, stored)).toBe(false);
    }
  });

  test('make another hash of the same password', async () => {
    using place = passwords.reserve([]);
    expect(await place.hash('correct horse')).not.toBe(await place.hash('correct horse'));
  });

  test.each([
    ['ASCII', 'x'],
    ['two bytes a character', 'ü'],
    ['four bytes a character', '🌿'],
  ])('count a password of more than 72 bytes in full: %s', async (_, character) => {
    using place = passwords.reserve([]);
    const longest = character.repeat(72 / Buffer.byteLength(character));
    const long = `${longest}${character}`;
    expect(await place.hash(longest)).toMatch(/^\$2b\$/);
    const stored = await place.hash(long);
    expect(stored).toMatch(/^hmac-sha384:\$2b\$04\$/);
    expect(await place.verify(long, stored)).toBe(true);
    expect(await place.verify(longest, stored)).toBe(false);
    expect(await place.verify(`${longest}y`, stored)).toBe(false);
    expect(await place.verify(`${long}y`, stored)).toBe(false);
  });

  test('do not cut a long password down to the short one that it begins with', async () => {
    using place = passwords.reserve([]);
    const stored = await place.hash('x'.repeat(72));
    expect(await place.verify('x'.repeat(73), stored)).toBe(false);
    expect(await place.verify('x'.repeat(72), stored)).toBe(true);
  });

  test('do not take a digest for the password that it was made of', async () => {
    using place = passwords.reserve([]);
    const long = 'x'.repeat(100);
    const stored = await place.hash(long);
    const digest = createHmac('sha384', 'docket password').update(long).digest('base64');
    expect(await place.verify(digest, stored)).toBe(false);
    expect(await place.verify(digest, stored.replace('hmac-sha384:', ''))).toBe(true);
  });

  test('know nobody without a stored hash', async () => {
    using place = passwords.reserve([]);
    for (const password of ['correct horse', '', 'x'.repeat(100), 'null']) {
      expect(await place.verify(password, null)).toBe(false);
    }
  });

  test('answer false for what is no hash', async () => {
    using place = passwords.reserve([]);
    for (const stored of ['', 'no password', 'hmac-sha384:', 'hmac-sha384:no password']) {
      expect(await place.verify('no password', stored)).toBe(false);
    }
  });

  test('keep apart what runs at the same time', async () => {
    using place = passwords.reserve([]);
    const written = Array.from({ length: 12 }, (_, index) => `password ${index}`);
    const stored = await Promise.all(written.map((password) => place.hash(password)));
    const answers = await Promise.all(
      written.flatMap((password) => stored.map((hash) => place.verify(password, hash))),
    );
    const right = written.flatMap((_, row) => stored.map((_hash, column) => row === column));
    expect(answers).toEqual(right);
  });
});

describe('needsRehash', () => {
  const costly = createPasswords({ cost: 5 });
  afterAll(() => costly.close());

  test.each([
    ['a short password', 'correct horse'],
    ['a password of more than 72 bytes', 'x'.repeat(100)],
  ])('is true for a hash of another cost: %s (ASVS 11.4.2)', async (_, password) => {
    using place = passwords.reserve([]);
    using costlyPlace = costly.reserve([]);
    const [stored, costlyStored] = [await place.hash(password), await costlyPlace.hash(password)];
    expect([place.needsRehash(stored), costlyPlace.needsRehash(costlyStored)]).toEqual([false, false]);
    expect([place.needsRehash(costlyStored), costlyPlace.needsRehash(stored)]).toEqual([true, true]);
    expect(await costlyPlace.verify(password, stored)).toBe(true);
  });

  test('is true for another form of hash', () => {
    using place = passwords.reserve([]);
    expect(place.needsRehash(`$2b$04$${'a'.repeat(53)}`)).toBe(false);
    for (const prefix of ['$2a$04$', '$2y$04$', '$2b$4$', '$2b$14$', '$2b$40$', '']) {
      expect(place.needsRehash(prefix + 'a'.repeat(53))).toBe(true);
    }
  });
});

describe('reserve', () => {
  test('refuses when every place is taken, until one is free', () => {
    const [first, second] = [passwords.reserve([]), passwords.reserve([])];
    expect(() => passwords.reserve([])).toThrow(PasswordQueueFullError);
    expect(() => passwords.reserve([])).toThrow(expect.objectContaining({ retryAfterSeconds: 5 }));
    first[Symbol.dispose]();
    const third = passwords.reserve([]);
    expect(() => passwords.reserve([])).toThrow(PasswordQueueFullError);
    second[Symbol.dispose]();
    third[Symbol.dispose]();
  });

  test('gives one key a quarter of the places, and leaves the rest to others', () => {
    const many = createPasswords({ cost: 4, maxPlaces: 8 });
    onTestFinished(() => many.close());
    const [first] = [many.reserve(['ada', 'home']), many.reserve(['ada', 'work'])];
    expect(() => many.reserve(['ada', 'elsewhere'])).toThrow(PasswordQueueFullError);
    many.reserve(['bob', 'home']);
    expect(() => many.reserve(['cleo', 'home'])).toThrow(PasswordQueueFullError);
    first?.[Symbol.dispose]();
    many.reserve(['ada', 'home']);
    expect(() => many.reserve(['ada', 'elsewhere'])).toThrow(PasswordQueueFullError);
  });

  test('gives each key one place at least', () => {
    const few = createPasswords({ cost: 4, maxPlaces: 3 });
    onTestFinished(() => few.close());
    few.reserve(['ada']);
    expect(() => few.reserve(['ada'])).toThrow(PasswordQueueFullError);
    few.reserve(['bob']);
  });

  test('gets a place back once, however often it is given back', () => {
    const [first, second] = [passwords.reserve([]), passwords.reserve([])];
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    const third = passwords.reserve([]);
    expect(() => passwords.reserve([])).toThrow(PasswordQueueFullError);
    second[Symbol.dispose]();
    third[Symbol.dispose]();
  });

  test('gets the place back of work that failed', async () => {
    const fail = () => {
      using place = passwords.reserve([]);
      throw new Error(typeof place.hash);
    };
    for (let count = 0; count < 3; count += 1) expect(fail).toThrow('function');
    const places = [passwords.reserve([]), passwords.reserve([])];
    for (const place of places) place[Symbol.dispose]();
  });
});

describe('the hashing process', () => {
  test('that is killed fails the work under way, and the next finds a new one', async () => {
    await using watched = watchPasswords();
    using place = watched.passwords.reserve([]);
    const stored = await place.hash('correct horse');
    expect(watched.children).toHaveLength(1);
    const jobs = [place.verify('correct horse', SLOW_HASH), place.verify('x'.repeat(100), SLOW_HASH)];
    const outcomes = Promise.allSettled(jobs);
    watched.children[0]?.kill('SIGKILL');
    for (const outcome of await outcomes) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.any(HashProcessError) });
    }
    expect(await place.verify('correct horse', stored)).toBe(true);
    expect(await place.verify('correct horse', null)).toBe(false);
    expect(watched.children).toHaveLength(2);
  });

  test('that is stopped is killed after ten seconds without an answer, and the next job finds a new one', async () => {
    await using watched = watchPasswords();
    using place = watched.passwords.reserve([]);
    const stored = await place.hash('correct horse');
    const [child] = watched.children;
    child?.kill('SIGSTOP');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const outcomes = Promise.allSettled([place.verify('correct horse', stored), place.hash('another horse')]);
    vi.advanceTimersByTime(10_000);
    for (const outcome of await outcomes) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.any(HashProcessError) });
    }
    vi.useRealTimers();
    expect(await place.verify('correct horse', stored)).toBe(true);
    expect(watched.children).toHaveLength(2);
  });

  test('yields to everything else, but not in place of one that may have got nothing', async () => {
    await using watched = watchPasswords(10);
    using place = watched.passwords.reserve([]);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const outcomes = Promise.allSettled([place.hash('correct horse')]);
    vi.advanceTimersByTime(10_000);
    await outcomes;
    const later = Promise.allSettled([place.hash('correct horse')]);
    expect(watched.children.map(({ spawnargs }) => spawnargs.includes('yielding'))).toEqual([true, false]);
    watched.passwords.close();
    await later;
  });

  test('that works is given its time anew with each answer', async () => {
    await using watched = watchPasswords();
    using place = watched.passwords.reserve([]);
    const stored = await place.hash('correct horse');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const slow = place.verify('correct horse', SLOW_HASH).catch(() => 'it was given up');
    for (let answers = 0; answers < 3; answers += 1) {
      vi.advanceTimersByTime(9_000);
      expect(await place.verify('correct horse', stored)).toBe(true);
    }
    vi.advanceTimersByTime(10_000);
    expect(await slow).toBe('it was given up');
    expect(watched.children).toHaveLength(1);
  });

  test.each([
    [4, getPriority()],
    [10, constants.priority.PRIORITY_LOW],
  ])('leaves the processor to others where its hashes take long: cost %i, priority %i', async (cost, priority) => {
    await using watched = watchPasswords(cost);
    using place = watched.passwords.reserve([]);
    // On a busy machine it may wait for longer than the deadline.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await place.hash('correct horse');
    expect(getPriority(watched.children[0]?.pid)).toBe(priority);
  });

  test('ends when it is closed', async () => {
    await using watched = watchPasswords();
    using place = watched.passwords.reserve([]);
    await place.hash('correct horse');
    const [child] = watched.children;
    if (child === undefined) throw new Error('no process was started');
    const ended = once(child, 'exit');
    watched.passwords.close();
    await ended;
    expect(child.connected).toBe(false);
  });

  test('that is closed fails what waits for it', async () => {
    await using watched = watchPasswords();
    using place = watched.passwords.reserve([]);
    const job = place.verify('correct horse', SLOW_HASH);
    watched.passwords.close();
    await expect(job).rejects.toBeInstanceOf(HashProcessError);
  });
});
