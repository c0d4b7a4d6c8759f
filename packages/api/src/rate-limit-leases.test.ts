import { expect, onTestFinished, test, vi } from 'vitest';
import { createLeases, type Grant } from './rate-limit-leases.ts';

/** A store for one window of a minute; it keeps what was asked of it. */
const createStore = (points: number) => {
  const asked: number[] = [];
  let free = points;
  const endsAt = Date.now() + 60_000;
  const request = async (_: string, wanted: number): Promise<Grant> => {
    asked.push(wanted);
    const granted = Math.min(free, wanted);
    free -= granted;
    return { points: granted, endsAt };
  };
  return { asked, request, giveBack: () => (free += 1) };
};

const takeAtOnce = (take: () => Promise<number | null>, calls: number) =>
  Promise.all(Array.from({ length: calls }, () => take()));

const countFree = (answers: (number | null)[]): number => answers.filter((answer) => answer === null).length;

const useFakeClock = () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
};

test('serves a lease from memory before it asks again', async () => {
  const store = createStore(100);
  const leases = createLeases({ size: 12, request: store.request });
  for (let count = 0; count < 25; count += 1) expect(await leases.take('ada')).toBeNull();
  expect(store.asked).toEqual([12, 12, 12]);
});

test('asks once for all who ask at the same moment', async () => {
  const store = createStore(100);
  const leases = createLeases({ size: 1, request: store.request });
  expect(countFree(await takeAtOnce(() => leases.take('ada'), 60))).toBe(60);
  expect(store.asked).toEqual([60]);
});

test('asks once for all who come while a question is on its way', async () => {
  const store = createStore(100);
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const leases = createLeases({
    size: 1,
    request: async (key, wanted) => {
      const grant = await store.request(key, wanted);
      await gate;
      return grant;
    },
  });
  const first = leases.take('ada');
  await expect.poll(() => store.asked).toEqual([1]);
  const rest = takeAtOnce(() => leases.take('ada'), 40);
  open();
  expect(countFree([await first, ...(await rest)])).toBe(41);
  expect(store.asked).toEqual([1, 40]);
});

test.each([
  [10, 1],
  [30, 12],
])('lets exactly %i of 60 pass, %i at a time, and says when to try again', async (points, size) => {
  useFakeClock();
  const store = createStore(points);
  const leases = createLeases({ size, request: store.request });
  const answers = await takeAtOnce(() => leases.take('ada'), 60);
  expect(countFree(answers)).toBe(points);
  expect(answers.at(-1)).toBe(60);
  vi.setSystemTime(Date.now() + 3_500);
  expect(await leases.take('ada')).toBe(57);
});

test('refuses from memory for some seconds, then asks whether a point came back', async () => {
  useFakeClock();
  const store = createStore(1);
  const leases = createLeases({ size: 1, request: store.request });
  await takeAtOnce(() => leases.take('ada'), 3);
  expect(store.asked).toHaveLength(1);
  store.giveBack();
  vi.setSystemTime(Date.now() + 4_999);
  expect(await leases.take('ada')).toBe(56);
  expect(store.asked).toHaveLength(1);
  vi.setSystemTime(Date.now() + 1);
  expect(await leases.take('ada')).toBeNull();
});

test('asks at once where a refusal is to be forgotten, and keeps what is left of a lease', async () => {
  const store = createStore(4);
  const leases = createLeases({ size: 4, request: store.request });
  await leases.take('ada');
  leases.forgetRefusal('ada');
  expect(countFree(await takeAtOnce(() => leases.take('ada'), 4))).toBe(3);
  store.giveBack();
  leases.forgetRefusal('ada');
  expect(await leases.take('ada')).toBeNull();
});

test('drops what is left of a lease at the end of its window', async () => {
  useFakeClock();
  const store = createStore(100);
  const leases = createLeases({ size: 12, request: store.request });
  await leases.take('ada');
  vi.setSystemTime(Date.now() + 60_000);
  await leases.take('ada');
  expect(store.asked).toEqual([12, 12]);
});

test('answers whoever waited although the window ended meanwhile', async () => {
  const leases = createLeases({
    size: 1,
    request: async (_, wanted) => ({ points: wanted - 1, endsAt: Date.now() - 1 }),
  });
  expect(await takeAtOnce(() => leases.take('ada'), 3)).toEqual([null, null, 1]);
});

test('counts each key for itself and remembers the latest ten thousand', async () => {
  const store = createStore(1_000_000);
  const leases = createLeases({ size: 2, request: store.request });
  for (let count = 0; count <= 10_000; count += 1) await leases.take(`key ${count}`);
  expect(store.asked).toHaveLength(10_001);
  await leases.take('key 1');
  expect(store.asked).toHaveLength(10_001);
  await leases.take('key 0');
  expect(store.asked).toHaveLength(10_002);
});

test('passes a fault of the store on to everyone who waits, and asks again afterwards', async () => {
  const store = createStore(5);
  let isBroken = true;
  const leases = createLeases({
    size: 1,
    request: (key, wanted) => (isBroken ? Promise.reject(new RangeError('broken')) : store.request(key, wanted)),
  });
  const answers = await Promise.allSettled([leases.take('ada'), leases.take('ada')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await leases.take('ada')).toBeNull();
});
