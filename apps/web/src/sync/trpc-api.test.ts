import { appRouter, type AppRouter } from '@docket/api';
import { createTestApi, type TestApi } from '@docket/api/testing';
import { changeClock, tasks } from '@docket/db';
import type { Changes } from '@docket/domain';
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { EventSource } from 'eventsource';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSyncApi } from './trpc-api.ts';

/** More than two pages of a pull, and than two events of a stream. */
const COUNT = 4_100;
const ALL = Array.from({ length: COUNT }, (_, index) => index + 1);

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await createTestApi();
  const user = await api.mintUser();
  token = user.token;
  await api.database.db.insert(changeClock).values({ userId: user.id, revision: COUNT });
  const rows = ALL.map((number) => ({ userId: user.id, id: uuidv7(), title: `Task ${number}`, revision: number }));
  await api.database.db.insert(tasks).values(rows);
});
afterAll(() => api.close());

/** The real procedures behind a real client. `fail` says of which call nothing comes. */
const connect = (fail: (url: string) => boolean = () => false) => {
  const urls: string[] = [];
  const answer = async (address: URL | RequestInfo | string, init: RequestInit): Promise<Response> => {
    const req = new Request(address, init);
    urls.push(req.url);
    if (fail(req.url)) throw new TypeError('fetch failed');
    return fetchRequestHandler({
      endpoint: '/trpc',
      req,
      router: appRouter,
      createContext: () => api.makeContext(token),
    });
  };
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: 'http://docket.example/trpc',
          EventSource,
          eventSourceOptions: { fetch: (url, init) => answer(url, { signal: init.signal ?? null }) },
        }),
        false: httpLink({ url: 'http://docket.example/trpc', fetch: (url) => answer(url, {}) }),
      }),
    ],
  });
  return { urls, sync: createSyncApi(client) };
};

const readNumbers = (changes: Changes): number[] => changes.tasks.map(({ title }) => Number(title.split(' ')[1]));
const { signal } = new AbortController();

describe('an answer of several pages', () => {
  test('is pulled page by page, and is one', async () => {
    const { urls, sync } = connect();
    const changes = await sync.pull(undefined, signal);
    expect(changes).toMatchObject({ revision: COUNT, reset: false, next: null });
    expect(readNumbers(changes)).toEqual(ALL);
    expect(urls).toHaveLength(3);
    expect(readNumbers(await sync.pull(COUNT - 1, signal))).toEqual([COUNT]);
  });

  test('is nothing where a page does not come, and begins again with the next pull', async () => {
    let isBroken = true;
    const { sync } = connect((url) => isBroken && url.includes('cursor'));
    await expect(sync.pull(undefined, signal)).rejects.toThrow('fetch failed');
    isBroken = false;
    expect(readNumbers(await sync.pull(undefined, signal))).toEqual(ALL);
  });

  test('is followed event by event, and is one', async () => {
    const { sync } = connect();
    const told: Changes[] = [];
    await new Promise<void>((resolve, reject) => {
      const stop = sync.follow(undefined, {
        onChanges: (changes) => {
          told.push(changes);
          resolve();
          stop();
        },
        onEnd: reject,
      });
    });
    expect(told.map(readNumbers)).toEqual([ALL]);
    expect(told).toMatchObject([{ revision: COUNT, next: null }]);
  });
});
