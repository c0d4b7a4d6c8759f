import { randomUUID } from 'node:crypto';
import { auditEvents, sessions } from '@docket/db';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ rateLimits: 'refresh=3/60' });
});
afterAll(() => api.close());

/** A session and what its browser holds; `end` resolves to what the browser holds afterwards. */
const signUp = async () => {
  let cookie: string | null = null;
  const facts = (shown: string | null) => ({
    isFromOwnPage: true,
    refreshToken: shown,
    keepRefreshToken: (token: string | null) => {
      cookie = token;
    },
  });
  const input = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
  const { access_token: token } = await api.call(undefined, facts(null)).auth.signup(input);
  const { id } = await api.call(token).auth.me();
  const first = cookie ?? '';
  const end = async (shown: string | null = first): Promise<string | null> => {
    expect(await api.call(undefined, facts(shown)).auth.endCookieSession()).toEqual({ ended: true });
    return cookie;
  };
  return { id, token, first, end };
};

const countSignOuts = async (userId: string): Promise<number> =>
  (
    await api.database.db
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.userId, userId), eq(auditEvents.kind, 'signed-out')))
  ).length;

const isLive = async (userId: string): Promise<boolean> => {
  const [session] = await api.database.db.select().from(sessions).where(eq(sessions.userId, userId));
  return session?.revokedAt === null;
};

describe('auth.endCookieSession', () => {
  test('ends the session of the cookie at once, records it and has the cookie forgotten (ASVS 7.4.1)', async () => {
    const { id, token, end } = await signUp();
    expect(await end()).toBeNull();
    await expect(api.call(token).auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await countSignOuts(id)).toBe(1);
  });

  test('a second time it returns just the same, and records nothing more', async () => {
    const { id, end } = await signUp();
    await end();
    expect(await end()).toBeNull();
    expect(await countSignOuts(id)).toBe(1);
  });

  test('without a cookie, or with one that is not ours, it ends nothing', async () => {
    const { id, first, end } = await signUp();
    for (const shown of [null, '', 'x', `${first}x`]) expect(await end(shown)).toBeNull();
    expect(await isLive(id)).toBe(true);
  });

  test('wakes the streams of the user, so that they end', async () => {
    const { id, end } = await signUp();
    const woken = new Promise<void>((resolve) => api.dependencies.changeHints.follow(id, resolve));
    await end();
    await woken;
  });

  test('is only for a page of ours, on its own (ASVS 3.5.1)', async () => {
    const { id, first: refreshToken } = await signUp();
    await expect(api.call(undefined, { refreshToken }).auth.endCookieSession()).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(
      api.call(undefined, { refreshToken, isFromOwnPage: true, isBatch: true }).auth.endCookieSession(),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await isLive(id)).toBe(true);
  });

  test('counts as a refresh of the session', async () => {
    const { end } = await signUp();
    for (const _ of [1, 2, 3]) await end();
    await expect(end()).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });
});
