import { randomUUID } from 'node:crypto';
import { auditEvents, sessions } from '@docket/db';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const PASSWORD = 'correct horse battery';

/** A browser that keeps what it is told to keep. */
const openBrowser = () => {
  const jar: { cookie: string | null } = { cookie: null };
  const facts = () => ({
    isFromOwnPage: true,
    refreshToken: jar.cookie,
    keepRefreshToken: (token: string | null) => {
      jar.cookie = token;
    },
  });
  return {
    jar,
    call: (token?: string) => api.call(token, facts()),
    refresh: async () => (await api.call(undefined, facts()).auth.refresh()).access_token,
    /** As a tab does that read the cookie before another one changed it. */
    refreshWith: async (refreshToken: string) =>
      (await api.call(undefined, { ...facts(), refreshToken }).auth.refresh()).access_token,
  };
};

const signUp = async () => {
  const browser = openBrowser();
  const email = `${randomUUID()}@example.com`;
  const { access_token: token } = await browser.call().auth.signup({ email, password: PASSWORD });
  const { id } = await api.call(token).auth.me();
  const first = browser.jar.cookie ?? '';
  const age = async (set: Partial<Record<'refreshedAt' | 'lastUsedAt' | 'createdAt', string>>): Promise<void> => {
    const values = Object.fromEntries(
      Object.entries(set).map(([name, interval]) => [name, sql`now() - ${interval}::interval`]),
    );
    await api.database.db.update(sessions).set(values).where(eq(sessions.userId, id));
  };
  return { browser, email, token, id, first, age };
};

const listEvents = (userId: string, kind: string) =>
  api.database.db
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.userId, userId), eq(auditEvents.kind, kind)));

describe('auth.refresh', () => {
  test('answers a new token of the same session, and a new cookie once the newest is ten minutes old (ASVS 7.2.4)', async () => {
    const { browser, token, first, email, age } = await signUp();
    const next = await browser.refresh();
    expect(next).not.toBe(token);
    expect(await api.call(next).auth.me()).toMatchObject({ email });
    await age({ refreshedAt: '9 minutes' });
    await browser.refresh();
    expect(browser.jar.cookie).toBe(first);
    await age({ refreshedAt: '10 minutes' });
    await browser.refresh();
    expect(browser.jar.cookie).not.toBe(first);
    expect(await api.call(next).auth.sessions.list()).toMatchObject([{ current: true }]);
    expect(await api.call(next).auth.sessions.list()).toHaveLength(1);
  });

  test('lets fifty tabs refresh at the same instant: all succeed, with one successor', async () => {
    const { id, first, age } = await signUp();
    await age({ refreshedAt: '10 minutes' });
    const successors: (string | null)[] = [];
    const tokens = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const keepRefreshToken = (token: string | null) => void successors.push(token);
        const caller = api.call(undefined, { isFromOwnPage: true, refreshToken: first, keepRefreshToken });
        return (await caller.auth.refresh()).access_token;
      }),
    );
    expect(successors).toEqual([expect.any(String)]);
    for (const token of tokens) expect(await api.call(token).auth.me()).toMatchObject({ id });
    const [session] = await api.database.db.select().from(sessions).where(eq(sessions.userId, id));
    expect(session).toMatchObject({ refreshCounter: 1, revokedAt: null });
    expect(await listEvents(id, 'refresh-replayed')).toEqual([]);
  });

  test('takes the cookie of a browser that was killed before its newest ones were on the disk, however many', async () => {
    const { browser, id, first, age } = await signUp();
    for (let killed = 0; killed < 4; killed += 1) {
      await age({ refreshedAt: '10 minutes' });
      await browser.refresh();
      expect(browser.jar.cookie).not.toBe(first);
      await age({ refreshedAt: '50 seconds' });
      await browser.refresh();
      browser.jar.cookie = first;
      await browser.refresh();
    }
    expect(await listEvents(id, 'refresh-replayed')).toEqual([]);
  });

  test('ends the session, with all its tokens, at a cookie whose successor lived on (RFC 9700 4.14.2)', async () => {
    const { browser, id, token, first, age } = await signUp();
    await age({ refreshedAt: '10 minutes' });
    await browser.refresh();
    await age({ refreshedAt: '61 seconds' });
    const newest = await browser.refresh();
    await expect(browser.refreshWith(first)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    for (const each of [token, newest]) {
      await expect(api.call(each).auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
    await expect(browser.refresh()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await listEvents(id, 'refresh-replayed')).toHaveLength(1);
  });

  test('ends the session at the other of two successors, once one has lived', async () => {
    const { browser, id, first, age } = await signUp();
    const renew = async (): Promise<string> => {
      browser.jar.cookie = first;
      await age({ refreshedAt: '10 minutes' });
      await browser.refresh();
      return browser.jar.cookie;
    };
    const [one, other] = [await renew(), await renew()];
    await browser.refreshWith(other);
    await browser.refreshWith(one);
    await expect(browser.refreshWith(other)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await listEvents(id, 'refresh-replayed')).toHaveLength(1);
  });

  test('has an idle limit of 14 days and an absolute one of 30 (ASVS 7.3.1, 7.3.2)', async () => {
    const used = await signUp();
    await used.age({ lastUsedAt: '13 days', refreshedAt: '13 days', createdAt: '29 days' });
    await used.browser.refresh();
    const idle = await signUp();
    await idle.age({ lastUsedAt: '14 days 1 minute' });
    await expect(idle.browser.refresh()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const old = await signUp();
    await old.age({ createdAt: '30 days 1 minute' });
    await expect(old.browser.refresh()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('answers UNAUTHORIZED without a cookie, with a forged one, and after signing out or a new password', async () => {
    const { browser, first, token } = await signUp();
    const [sid = '', counter = '', parent = '', mac = ''] = first.split('.');
    const other = (await signUp()).first.split('.');
    for (const forged of [
      '',
      'x',
      `${sid}.${counter}.${parent}`,
      `${sid}.${Number(counter) + 1}.${parent}.${mac}`,
      `${sid}.${counter}.${mac}`,
      `${other[0]}.${counter}.${parent}.${mac}`,
      `${sid}.${counter}.${parent}.${other[3]}`,
      token,
    ]) {
      await expect(browser.refreshWith(forged)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
    browser.jar.cookie = null;
    await expect(browser.refresh()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    browser.jar.cookie = first;
    await browser.call(token).auth.logout();
    expect(browser.jar.cookie).toBeNull();
    await expect(browser.refreshWith(first)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('is only for a page of ours, on its own', async () => {
    const { first, browser } = await signUp();
    const refreshToken = first;
    await expect(api.call(undefined, { refreshToken }).auth.refresh()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(
      api.call(undefined, { refreshToken, isFromOwnPage: true, isBatch: true }).auth.refresh(),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(browser.refresh()).resolves.toBeTypeOf('string');
  });

  test('is no good as a bearer token', async () => {
    const { first } = await signUp();
    await expect(api.call(first).auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
