import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from './app-router.ts';
import { createLargeReads, type LargeReadBounds } from './large-reads.ts';
import { createTestApi, type TestApi } from './testing/index.ts';

/** Reads that end, and whose answers leave, when the test says so. */
const start = (bounds: Partial<LargeReadBounds> = {}) => {
  const reads = createLargeReads({ waitMs: 3_600_000, ...bounds });
  const begun: string[] = [];
  const ask = (userId: string, name: string) => {
    const end = new EventEmitter();
    const read = once(end, 'read').then(() => name);
    let leave = (): void => {};
    const answer = reads.read({ userId, isBatch: false, onAnswered: (run) => (leave = run) }, () => {
      begun.push(name);
      return read;
    });
    return {
      answer,
      finish: async () => {
        end.emit('read');
        await answer;
      },
      fail: () => end.emit('error', new Error('The read failed.')),
      leave: () => leave(),
    };
  };
  /** The turns that were given are taken by now. */
  const listBegun = async (): Promise<string[]> => {
    await setImmediate();
    return begun;
  };
  return { ask, listBegun };
};
const busy = { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 5 };

describe('large answers', () => {
  test('are read one at a time for a user, in their order, and beside those of others', async () => {
    const { ask, listBegun } = start();
    const [first, , other] = [ask('ada', 'first'), ask('ada', 'second'), ask('bob', 'other')];
    expect(await listBegun()).toEqual(['first', 'other']);
    await first.finish();
    expect(await listBegun()).toEqual(['first', 'other', 'second']);
    await other.finish();
  });

  test('are read by so many connections at most', async () => {
    const { ask, listBegun } = start({ reading: 2 });
    const [one] = ['one', 'two', 'three'].map((name) => ask(name, name));
    expect(await listBegun()).toEqual(['one', 'two']);
    await one?.finish();
    expect(await listBegun()).toEqual(['one', 'two', 'three']);
  });

  test('keep their turn until they have left: two of a user, and so many of all', async () => {
    const { ask, listBegun } = start({ unsent: 3 });
    const [first, second, third] = [ask('ada', '1'), ask('ada', '2'), ask('ada', '3')];
    await first.finish();
    await second.finish();
    expect(await listBegun()).toEqual(['1', '2']);
    const [other, another] = [ask('bob', '4'), ask('eve', '5')];
    await other.finish();
    expect(await listBegun()).toEqual(['1', '2', '4']);
    first.leave();
    expect(await listBegun()).toEqual(['1', '2', '4', '3']);
    other.leave();
    await third.finish();
    expect(await listBegun()).toEqual(['1', '2', '4', '3', '5']);
    await another.finish();
  });

  test('give their turn back where the read fails', async () => {
    const { ask, listBegun } = start({ reading: 1 });
    const [failed] = [ask('ada', '1'), ask('bob', '2')];
    failed.fail();
    await expect(failed.answer).rejects.toThrow('The read failed.');
    expect(await listBegun()).toEqual(['1', '2']);
  });

  test('are refused where too many of the user wait already', async () => {
    const { ask } = start({ waitingOfUser: 2 });
    const [first] = [ask('ada', '1'), ask('ada', '2'), ask('ada', '3')];
    await expect(ask('ada', '4').answer).rejects.toMatchObject(busy);
    await first.finish();
    first.leave();
  });

  test('are refused where their turn does not come in time, and those behind them go on', async () => {
    const { ask, listBegun } = start({ unsentOfUser: 1, waitMs: 1 });
    const first = ask('ada', '1');
    await first.finish();
    await expect(ask('ada', '2').answer).rejects.toMatchObject(busy);
    first.leave();
    await ask('ada', '3').finish();
    expect(await listBegun()).toEqual(['1', '3']);
  });
});

describe('sync.pull', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await createTestApi();
  });
  afterAll(() => api.close());

  test('is refused in a batch', async () => {
    const { token } = await api.mintUser();
    await expect(api.call(token, { isBatch: true }).sync.pull({})).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'The answer to this call is large. Make it on its own, not in a batch.',
    });
  });

  test('waits while two of its user`s answers have not left', async () => {
    const { token } = await api.mintUser();
    const left: (() => void)[] = [];
    const context = api.makeContext(token, { onAnswered: (run) => left.push(run) });
    const pull = (waitMs: number) => {
      context.largeReads = createLargeReads({ waitMs });
      return createCaller(context);
    };
    const caller = pull(1);
    await caller.sync.pull({});
    await caller.sync.pull({});
    await expect(caller.sync.pull({})).rejects.toMatchObject(busy);
    left.pop()?.();
    expect(await caller.sync.pull({})).toMatchObject({ revision: 0 });
  });
});
