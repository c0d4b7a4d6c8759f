import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createPause, createRests, readFault } from './retry.ts';
import { toId } from './testing/make-task.ts';
import { makeWrite } from './testing/make-write.ts';

const answer = (httpStatus: number, more = {}) => ({
  message: 'A sentence.',
  data: { code: 'CODE', httpStatus, ...more },
});

describe('readFault', () => {
  test.each([
    ['no connection', new TypeError('Failed to fetch'), { isAnswered: false, isServers: false, retryAfterMs: null }],
    ['a time-out', answer(408), { isAnswered: true, isServers: false, retryAfterMs: null }],
    [
      'too many calls',
      answer(429, { retryAfterSeconds: 3 }),
      { isAnswered: true, isServers: false, retryAfterMs: 3_000 },
    ],
    ['a fault of the server', answer(500), { isAnswered: true, isServers: true, retryAfterMs: null }],
    ['an outage', answer(503, { retryAfterSeconds: 2 }), { isAnswered: true, isServers: true, retryAfterMs: 2_000 }],
  ])('takes %s as passing', (_, error, fault) => {
    expect(readFault(error)).toEqual({ kind: 'passing', ...fault });
  });

  test('knows a session that ended', () => {
    expect(readFault(answer(401))).toEqual({ kind: 'signed-out' });
  });

  test.each([400, 403, 404, 409, 413])('takes %i as refused, with the sentence of the server', (httpStatus) => {
    const refusal = { code: 'CODE', message: 'A sentence.' };
    expect(readFault(answer(httpStatus))).toEqual({ kind: 'refused', refusal });
  });
});

describe('a pause', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => void vi.useRealTimers();
  });

  test('gets longer, half a minute at most, and short again', async () => {
    const pause = createPause(new AbortController().signal);
    const measure = async (): Promise<number> => {
      const started = Date.now();
      const waiting = pause.untilRetry(null);
      await vi.runAllTimersAsync();
      await waiting;
      return Date.now() - started;
    };
    for (const longest of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const milliseconds = await measure();
      expect(milliseconds).toBeGreaterThanOrEqual(longest / 2);
      expect(milliseconds).toBeLessThanOrEqual(longest);
    }
    pause.calm();
    expect(await measure()).toBeLessThanOrEqual(500);
  });

  test('ends when it is woken, unless the server has said how long it takes', async () => {
    const pause = createPause(new AbortController().signal);
    const soft = pause.untilRetry(null);
    pause.wake();
    await soft;
    expect(vi.getTimerCount()).toBe(0);
    const firm = pause.untilRetry(60_000);
    pause.wake();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await firm;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends with its owner', async () => {
    const closing = new AbortController();
    const waiting = createPause(closing.signal).untilWoken();
    closing.abort();
    await waiting;
    await createPause(closing.signal).untilRetry(60_000);
    expect(closing.signal.aborted).toBe(true);
  });
});

test('a write rests from the third failure on, longer each time, until it is to be tried now or the server takes it', () => {
  const rests = createRests();
  const write = makeWrite(1, { kind: 'delete', taskId: toId(1) });
  const readRest = (): number | null => rests.readShortest(Date.now());
  for (const shortest of [null, null, 2_000, 4_000, 8_000]) {
    rests.add(write);
    const rest = readRest();
    expect(rests.isResting(write, Date.now())).toBe(shortest !== null);
    if (shortest === null) expect(rest).toBeNull();
    else {
      expect(rest).toBeGreaterThan(shortest - 1_000);
      expect(rests.isResting(write, Date.now() + 2 * shortest)).toBe(false);
    }
  }
  rests.end();
  expect([rests.isResting(write, Date.now()), readRest()]).toEqual([false, null]);
  rests.add(write);
  expect(readRest()).toBeGreaterThan(8_000);
  rests.remove(write);
  expect([rests.isResting(write, Date.now()), readRest()]).toEqual([false, null]);
});
