import { randomUUID } from 'node:crypto';
import { sessions } from '@docket/db';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const PASSWORD = 'correct horse battery';

const signUp = async () => {
  const email = `${randomUUID()}@example.com`;
  const { access_token: token } = await api.call().auth.signup({ email, password: PASSWORD });
  return { email, token, caller: api.call(token) };
};

const signIn = async (email: string, facts?: Parameters<TestApi['call']>[1]) => {
  const { access_token: token } = await api.call(undefined, facts).auth.login({ email, password: PASSWORD });
  return { token, caller: api.call(token) };
};

const expectSignedOut = (token: string) =>
  expect(api.call(token).auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

describe('auth.sessions.list', () => {
  test('shows each living session with its device, and which one asks', async () => {
    const { email, caller } = await signUp();
    const phone = await signIn(email, { userAgent: 'A phone', address: '192.0.2.7' });
    const list = await caller.auth.sessions.list();
    expect(list).toHaveLength(2);
    expect(list.find((session) => !session.current)).toEqual({
      id: expect.any(String),
      current: false,
      userAgent: 'A phone',
      address: '192.0.2.7',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastUsedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await phone.caller.auth.logout();
    expect(await caller.auth.sessions.list()).toMatchObject([{ current: true }]);
  });

  test('knows when a session was last used, to within five minutes', async () => {
    const { token, caller } = await signUp();
    const { id } = await caller.auth.me();
    const [before] = await api.database.db
      .update(sessions)
      .set({ lastUsedAt: sql`now() - interval '6 minutes'`, expiresAt: sql`now() + interval '1 hour'` })
      .where(eq(sessions.userId, id))
      .returning();
    const [session] = await api.call(token).auth.sessions.list();
    expect(Date.parse(session?.lastUsedAt ?? '') - Date.parse(before?.lastUsedAt ?? '')).toBeGreaterThan(5 * 60_000);
    const [after] = await api.database.db.select().from(sessions).where(eq(sessions.userId, id));
    expect(Date.parse(after?.expiresAt ?? '')).toBeGreaterThan(Date.now() + 13 * 86_400_000);
  });
});

describe('auth.sessions.revoke', () => {
  test('ends a session at once, and is NOT_FOUND the second time (ASVS 7.4.1)', async () => {
    const { email, caller } = await signUp();
    const other = await signIn(email);
    const id = (await caller.auth.sessions.list()).find((session) => !session.current)?.id ?? '';
    expect(await caller.auth.sessions.revoke({ id })).toEqual({ id });
    await expectSignedOut(other.token);
    await expect(caller.auth.sessions.revoke({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await caller.account.activity()).toMatchObject([{ kind: 'session-revoked' }, {}, {}]);
  });

  test('may end the very session that asks', async () => {
    const { token, caller } = await signUp();
    const [session] = await caller.auth.sessions.list();
    await caller.auth.sessions.revoke({ id: session?.id ?? '' });
    await expectSignedOut(token);
  });
});

describe('auth.sessions.revokeOthers', () => {
  test('ends all but this one, and tells how many (ASVS 7.4.4)', async () => {
    const { email, token, caller } = await signUp();
    const others = [await signIn(email), await signIn(email)];
    expect(await caller.auth.sessions.revokeOthers()).toEqual({ revoked: 2 });
    for (const other of others) await expectSignedOut(other.token);
    expect(await api.call(token).auth.sessions.list()).toMatchObject([{ current: true }]);
    expect(await caller.auth.sessions.revokeOthers()).toEqual({ revoked: 0 });
  });
});

test('a user has at most fifty living sessions: the oldest one ends (ASVS 7.1.2)', async () => {
  const { email, token, caller } = await signUp();
  const { id } = await caller.auth.me();
  await api.database.db.insert(sessions).values(
    Array.from({ length: 48 }, (_, index) => ({
      userId: id,
      id: randomUUID(),
      createdAt: new Date(Date.now() - 1_000 - index).toISOString(),
      expiresAt: sql`now() + interval '7 days'`,
    })),
  );
  await api.database.db
    .update(sessions)
    .set({ createdAt: sql`now() - interval '1 hour'` })
    .where(and(eq(sessions.userId, id), eq(sessions.id, (await caller.auth.sessions.list()).at(-1)?.id ?? '')));
  await api.database.db
    .update(sessions)
    .set({ createdAt: sql`now() - interval '1 day'` })
    .where(eq(sessions.id, (await caller.auth.sessions.list()).find(({ current }) => current)?.id ?? ''));
  const fiftieth = await signIn(email);
  expect(await fiftieth.caller.auth.sessions.list()).toHaveLength(50);
  expect(await api.call(token).auth.me()).toMatchObject({ email });
  const others = await Promise.all(Array.from({ length: 5 }, () => signIn(email)));
  for (const other of others) expect(await other.caller.auth.sessions.list()).toHaveLength(50);
  await expectSignedOut(token);
});
