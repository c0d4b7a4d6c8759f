import { randomUUID } from 'node:crypto';
import { sessions } from '@docket/db';
import type { Changes } from '@docket/domain';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from './app-router.ts';
import { createTestApi, type TestApi, type TestUser } from './testing/index.ts';
import { readTrackedChanges } from './testing/tracked-changes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const signIn = async () => {
  const user = await api.mintUser();
  return { user, caller: api.call(user.token) };
};

describe('sync.changes', () => {
  const follow = async (user: TestUser, input: { lastEventId?: string | number } = {}) => {
    const controller = new AbortController();
    const caller = createCaller(api.makeContext(user.token), { signal: controller.signal });
    const events = (await caller.sync.changes(input))[Symbol.asyncIterator]();
    return {
      stop: () => controller.abort(),
      next: async (): Promise<{ id: string; changes: Changes } | null> => {
        const { done, value } = await events.next();
        return done === true ? null : readTrackedChanges(value);
      },
    };
  };

  test('begins at once, follows, and ends when its reader leaves', async () => {
    const { user, caller } = await signIn();
    const stream = await follow(user);
    expect(await stream.next()).toEqual({
      id: '0',
      changes: { revision: 0, reset: false, next: null, olderCompleted: null, tasks: [] },
    });
    const coming = stream.next();
    const task = await caller.tasks.create({ title: 'New' });
    expect(await coming).toEqual({
      id: '1',
      changes: { revision: 1, reset: false, next: null, olderCompleted: null, tasks: [task] },
    });
    const end = stream.next();
    expect(api.dependencies.changeHints.countFollowers(user.id)).toBe(1);
    stream.stop();
    expect(await end).toBeNull();
    expect(api.dependencies.changeHints.countFollowers(user.id)).toBe(0);
  });

  test('goes on from the last event that arrived, as a number or as text', async () => {
    const { user, caller } = await signIn();
    await caller.tasks.create({ title: 'Known' });
    const missed = await caller.tasks.create({ title: 'Missed' });
    for (const lastEventId of [1, '1']) {
      const stream = await follow(user, { lastEventId });
      expect(await stream.next()).toEqual({
        id: '2',
        changes: { revision: 2, reset: false, next: null, olderCompleted: null, tasks: [missed] },
      });
      stream.stop();
    }
    for (const lastEventId of [-1, '-1', 'latest', '1e3', '9'.repeat(16)]) {
      await expect(follow(user, { lastEventId })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  test('tells a slow reader in one event what happened since the one before', async () => {
    const { user, caller } = await signIn();
    const stream = await follow(user);
    await stream.next();
    const { id } = await caller.tasks.create({ title: 'New' });
    for (let index = 0; index < 50; index += 1) await caller.tasks.update({ id, title: `Title ${index}` });
    expect(await stream.next()).toMatchObject({ id: '51', changes: { tasks: [{ title: 'Title 49' }] } });
    stream.stop();
  });

  test.each([
    ['signing out', (user: TestUser) => api.call(user.token).auth.logout()],
    [
      'revoking the session from another one',
      async (user: TestUser) => {
        const other = randomUUID();
        await api.database.db
          .insert(sessions)
          .values({ userId: user.id, id: other, expiresAt: sql`now() + interval '1 day'` });
        const token = await api.dependencies.accessTokens.sign({ ...user, userId: user.id, sessionId: other });
        await api.call(token).auth.sessions.revoke({ id: user.sessionId });
      },
    ],
  ])('ends with UNAUTHORIZED at once by %s (ASVS 7.4.1)', async (_, end) => {
    const { user } = await signIn();
    const stream = await follow(user);
    await stream.next();
    const next = expect(stream.next()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await end(user);
    await next;
  });

  test('ends with UNAUTHORIZED when its token ends, though the session goes on', async () => {
    const { user, caller } = await signIn();
    const context = api.makeContext(user.token);
    const aging = { ...context.accessTokens };
    aging.verify = async (token) => ({
      ...(await context.accessTokens.verify(token)),
      expiresAtSeconds: Math.floor(Date.now() / 1000),
    });
    const events = (await createCaller({ ...context, accessTokens: aging }).sync.changes({}))[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await caller.auth.me()).toMatchObject({ id: user.id });
  });

  test('answers TOO_MANY_REQUESTS to the 31st stream of a user, and to nobody else', async () => {
    const [ada, bob] = [await signIn(), await signIn()];
    const streams = await Promise.all(Array.from({ length: 30 }, () => follow(ada.user)));
    await Promise.all(streams.map((stream) => stream.next()));
    await expect((await follow(ada.user)).next()).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      retryAfterSeconds: 30,
    });
    const other = await follow(bob.user);
    expect(await other.next()).toMatchObject({ id: '0' });
    const ended = streams[0]?.next();
    streams[0]?.stop();
    await ended;
    const next = await follow(ada.user);
    expect(await next.next()).toMatchObject({ id: '0' });
    for (const stream of [...streams, other, next]) stream.stop();
  });
});
