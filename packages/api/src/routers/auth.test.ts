import { randomUUID } from 'node:crypto';
import { sessions, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const PASSWORD = 'correct horse battery';
const makeEmail = () => `${randomUUID()}@example.com`;

const signUp = async (email = makeEmail()) => {
  const { access_token: token } = await api.call().auth.signup({ email, password: PASSWORD });
  return { email, token, caller: api.call(token) };
};

const findUser = async (email: string) => {
  const [user] = await api.database.db.select().from(users).where(eq(users.email, email));
  if (user === undefined) throw new Error(`no user ${email}`);
  return user;
};

/** A token as another service makes it: our key, and no session. */
const signElsewhere = (claims: { sub: string; email: string; exp?: number; iat?: number }): Promise<string> =>
  new SignJWT({ exp: Math.floor(Date.now() / 1000) + 7 * 86_400, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(api.secret));

describe('auth.signup', () => {
  test('signs in at once and keeps a hash instead of the password', async () => {
    const { email, caller } = await signUp();
    expect(await caller.auth.me()).toMatchObject({ email, name: null, timeZone: 'UTC' });
    const { hashedPassword } = await findUser(email);
    expect(hashedPassword).toMatch(/^\$2b\$04\$/);
    expect(JSON.stringify(await findUser(email))).not.toContain(PASSWORD);
  });

  test('keeps name and time zone', async () => {
    const input = { email: makeEmail(), password: PASSWORD, name: ' Ada ', timeZone: 'Europe/Berlin' };
    const { access_token: token } = await api.call().auth.signup(input);
    expect(await api.call(token).auth.me()).toMatchObject({ name: 'Ada', timeZone: 'Europe/Berlin' });
  });

  test('takes an address once, in whatever case and with spaces around it', async () => {
    const { email } = await signUp();
    const before = await findUser(email);
    await expect(
      api.call().auth.signup({ email: `  ${email.toUpperCase()} `, password: 'another password' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await findUser(email)).toEqual(before);
  });

  test('lets one of twenty at the same instant win', async () => {
    const email = makeEmail();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => api.call().auth.signup({ email, password: PASSWORD })),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    }
  });

  test.each([
    ['no address', { email: 'nobody', password: PASSWORD }],
    ['an address of 255 characters', { email: `${'a'.repeat(243)}@example.com`, password: PASSWORD }],
    ['a password of seven characters', { email: 'a@example.com', password: '1234567' }],
    ['a password of 257 characters', { email: 'a@example.com', password: 'x'.repeat(257) }],
    ['a password with a NUL', { email: 'a@example.com', password: 'secret\0secret' }],
    ['a password with a lone surrogate', { email: 'a@example.com', password: 'secret\uDC00secret' }],
    ['a time zone that is none', { email: 'a@example.com', password: PASSWORD, timeZone: 'Mars/Olympus' }],
    ['a field that is not known', { email: 'a@example.com', password: PASSWORD, id: randomUUID() }],
  ])('refuses %s', async (_, input) => {
    await expect(api.call().auth.signup(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('auth.login', () => {
  test('answers the token and its type, and nothing else', async () => {
    const { email } = await signUp();
    const answer = await api.call().auth.login({ email: ` ${email.toUpperCase()}`, password: PASSWORD });
    expect(answer).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{43}$/),
      token_type: 'bearer',
    });
    expect(await api.call(answer.access_token).auth.me()).toMatchObject({ email });
  });

  test('says the same of a wrong password and of an address that nobody has', async () => {
    const { email } = await signUp();
    const ask = (input: { email: string; password: string }) =>
      api
        .call()
        .auth.login(input)
        .catch((error: unknown) => String(error));
    const wrong = await ask({ email, password: 'wrong password' });
    expect(wrong).toMatch(/wrong/);
    expect(await ask({ email: makeEmail(), password: 'wrong password' })).toBe(wrong);
  });

  test('reads the whole of a password that is longer than what bcrypt reads', async () => {
    const email = makeEmail();
    const long = 'ü'.repeat(100);
    await api.call().auth.signup({ email, password: `${long}a` });
    await expect(api.call().auth.login({ email, password: `${long}b` })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    await expect(api.call().auth.login({ email, password: `${long}a` })).resolves.toBeDefined();
  });

  test('takes a password however its accents were typed', async () => {
    const email = makeEmail();
    await api.call().auth.signup({ email, password: 'cafe\u0301 au lait' });
    await expect(api.call().auth.login({ email, password: 'caf\u00e9 au lait' })).resolves.toBeDefined();
  });

  test('is refused before the database is asked where every place for a password is taken', async () => {
    const { email } = await signUp();
    const places = [];
    for (;;) {
      try {
        places.push(api.dependencies.passwords.reserve([]));
      } catch {
        break;
      }
    }
    const full = api.call().auth.login({ email, password: PASSWORD });
    await expect(full).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: expect.any(Number) });
    for (const place of places) place[Symbol.dispose]();
    await expect(api.call().auth.login({ email, password: PASSWORD })).resolves.toBeDefined();
  });
});

describe('a token', () => {
  test('is void once its session is over, its user is gone, or it was signed out', async () => {
    const one = await signUp();
    await one.caller.auth.logout();
    await expect(one.caller.auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

    const two = await signUp();
    await api.database.db
      .update(sessions)
      .set({ expiresAt: sql`now()` })
      .where(eq(sessions.userId, (await findUser(two.email)).id));
    await expect(two.caller.auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

    const three = await signUp();
    await api.database.db.delete(users).where(eq(users.email, three.email));
    await expect(three.caller.tasks.list({})).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('signed out on one device leaves the others signed in', async () => {
    const { email, caller } = await signUp();
    const { access_token: other } = await api.call().auth.login({ email, password: PASSWORD });
    await caller.auth.logout();
    expect(await api.call(other).auth.me()).toMatchObject({ email });
  });

  test('does not speak for the session of another user', async () => {
    const [ada, bob] = [await api.mintUser(), await api.mintUser()];
    const mixed = await api.dependencies.accessTokens.sign({
      userId: ada.id,
      email: ada.email,
      sessionId: bob.sessionId,
    });
    await expect(api.call(mixed).auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('of another service with our key is good until the user signs out with one', async () => {
    const { id, email } = await api.mintUser();
    const token = await signElsewhere({ sub: id, email });
    expect(await api.call(token).auth.me()).toMatchObject({ id });
    await api.call(token).auth.logout();
    await expect(api.call(token).auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const now = Math.floor(Date.now() / 1000);
    await expect(api.call(await signElsewhere({ sub: id, email, iat: now - 60 })).auth.me()).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(await api.call(await signElsewhere({ sub: id, email, iat: now + 2 })).auth.me()).toMatchObject({ id });
  });
});
