import { randomUUID } from 'node:crypto';
import { auditEvents } from '@docket/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from './app-router.ts';
import { createTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({
    rateLimits: 'loginEmail=20/3600,loginAddress=40/3600,signup=5/3600,refresh=3/60,writes=3/60,reads=8/60',
  });
});
afterAll(() => api.close());

const PASSWORD = 'correct horse battery';
const makeEmail = () => `${randomUUID()}@example.com`;
/** An address that nobody has called from yet. */
const makeAddress = () => Array.from(crypto.getRandomValues(new Uint8Array(4))).join('.');

const from = (address: string) => api.call(undefined, { address });
const signUp = async (address = makeAddress()) => {
  const email = makeEmail();
  const { access_token: token } = await from(address).auth.signup({ email, password: PASSWORD });
  return { email, token };
};

/** How many calls end with each code; null stands for an answer. */
const count = async (calls: Promise<unknown>[]): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(calls)) {
    const code =
      outcome.status === 'fulfilled'
        ? 'answered'
        : String(Reflect.get(Object(outcome.reason), 'code') ?? outcome.reason);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
};

const refused = { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: expect.any(Number) };

describe('failed sign-ins', () => {
  test('ten of one address for one account get through in a quarter of an hour, of thirty at once (ASVS 6.3.1)', async () => {
    const { email } = await signUp();
    const address = makeAddress();
    const guess = () => from(address).auth.login({ email, password: 'wrong horse' });
    expect(await count(Array.from({ length: 30 }, guess))).toEqual({ UNAUTHORIZED: 10, TOO_MANY_REQUESTS: 20 });
    await Promise.all([
      expect(from(address).auth.login({ email, password: PASSWORD })).rejects.toMatchObject(refused),
      from(makeAddress()).auth.login({ email, password: PASSWORD }),
    ]);
  });

  test('are refused alike for an account and for an address without one (ASVS 6.3.8)', async () => {
    const { email } = await signUp();
    const outcomes = [email, makeEmail()].map((each) => {
      const address = makeAddress();
      const guess = () => from(address).auth.login({ email: each, password: 'wrong horse' });
      return count(Array.from({ length: 12 }, guess));
    });
    expect(await outcomes[0]).toEqual({ UNAUTHORIZED: 10, TOO_MANY_REQUESTS: 2 });
    expect(await outcomes[1]).toEqual(await outcomes[0]);
  });

  test('of many addresses for one account are limited, too, but not for a device that its owner has used', async () => {
    const home = makeAddress();
    const { email } = await signUp(home);
    const guess = () => from(makeAddress()).auth.login({ email, password: 'wrong' });
    expect(await count(Array.from({ length: 20 }, guess))).toEqual({ UNAUTHORIZED: 20 });
    await Promise.all([
      expect(from(makeAddress()).auth.login({ email, password: PASSWORD })).rejects.toMatchObject(refused),
      expect(from(home).auth.login({ email, password: 'wrong' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' }),
    ]);
    await from(home).auth.login({ email, password: PASSWORD });
  });

  test('are no obstacle in a browser that has the account’s cookie', async () => {
    const { email } = await signUp();
    let refreshToken: string | null = null;
    const keepRefreshToken = (token: string | null): void => {
      refreshToken = token;
    };
    await api.call(undefined, { address: makeAddress(), keepRefreshToken }).auth.login({ email, password: PASSWORD });
    const guess = () => from(makeAddress()).auth.login({ email, password: 'wrong' });
    expect(await count(Array.from({ length: 20 }, guess))).toEqual({ UNAUTHORIZED: 20 });
    await expect(from(makeAddress()).auth.login({ email, password: PASSWORD })).rejects.toMatchObject(refused);
    await api.call(undefined, { address: makeAddress(), refreshToken }).auth.login({ email, password: PASSWORD });
  });

  test('of one address for many accounts are limited (credential stuffing)', async () => {
    const address = makeAddress();
    const guess = () => from(address).auth.login({ email: makeEmail(), password: PASSWORD });
    const first = await count(Array.from({ length: 25 }, guess));
    const second = await count(Array.from({ length: 25 }, guess));
    expect([first, second]).toEqual([{ UNAUTHORIZED: 25 }, { UNAUTHORIZED: 15, TOO_MANY_REQUESTS: 10 }]);
  });

  test('count no sign-in that works', async () => {
    const { email } = await signUp();
    const address = makeAddress();
    for (let times = 0; times < 15; times += 1) await from(address).auth.login({ email, password: PASSWORD });
  });

  test('count where a password is asked for in between, too', async () => {
    const { token } = await signUp();
    const caller = () => api.call(token, { address: '198.51.100.4' });
    const guesses = await count(
      Array.from({ length: 3 }, () => caller().account.delete({ currentPassword: 'wrong horse' })),
    );
    expect(guesses).toEqual({ BAD_REQUEST: 3 });
    const events = await api.database.db.select().from(auditEvents);
    expect(events.filter(({ kind }) => kind === 'password-check-failed')).toHaveLength(3);
  });
});

test.concurrent('an address may sign up so often, a whole IPv6 network of /64 as one (ASVS 2.4.1)', async () => {
  const signUpFrom = (address: string) => from(address).auth.signup({ email: makeEmail(), password: PASSWORD });
  const network = Array.from({ length: 8 }, (_, index) => signUpFrom(`2001:db8:1:2::${index + 1}`));
  expect(await count(network)).toEqual({ answered: 5, TOO_MANY_REQUESTS: 3 });
  await signUpFrom('2001:db8:1:3::1');
});

test.concurrent('reset links are limited for each recipient and for each address, whether there is an account or not', async () => {
  const { email } = await signUp();
  const [known, unknown] = [email, makeEmail()].map((each) => {
    const ask = () => from(makeAddress()).auth.requestPasswordReset({ email: each });
    return count(Array.from({ length: 6 }, ask));
  });
  const address = makeAddress();
  const askForMany = () => from(address).auth.requestPasswordReset({ email: makeEmail() });
  const many = count(Array.from({ length: 14 }, askForMany));
  expect(await known).toEqual({ answered: 3, TOO_MANY_REQUESTS: 3 });
  expect(await unknown).toEqual(await known);
  expect(await many).toEqual({ answered: 10, TOO_MANY_REQUESTS: 4 });
});

test.concurrent('each user has reads and writes of their own', async () => {
  const ada = await signUp();
  const bob = await signUp();
  const read = () => api.call(ada.token).auth.me();
  const write = () => api.call(ada.token).tasks.create({ title: 'Again' });
  const counts = await Promise.all([count(Array.from({ length: 12 }, read)), count(Array.from({ length: 5 }, write))]);
  expect(counts).toEqual([
    { answered: 8, TOO_MANY_REQUESTS: 4 },
    { answered: 3, TOO_MANY_REQUESTS: 2 },
  ]);
  await Promise.all([api.call(bob.token).auth.me(), expect(write()).rejects.toMatchObject(refused)]);
});

test.concurrent('a session may be refreshed so often', async () => {
  let refreshToken: string | null = null;
  const keepRefreshToken = (token: string | null): void => {
    refreshToken = token;
  };
  const open = () =>
    api.call(undefined, { address: makeAddress(), isFromOwnPage: true, refreshToken, keepRefreshToken });
  await open().auth.signup({ email: makeEmail(), password: PASSWORD });
  for (let times = 0; times < 3; times += 1) await open().auth.refresh();
  await expect(open().auth.refresh()).rejects.toMatchObject(refused);
});

test('a refusal takes its pause, and holds up nobody else', async () => {
  const ada = await signUp();
  const bob = await signUp();
  const read = (token: string) => createCaller({ ...api.makeContext(token), refusalPauseMs: 3_600_000 }).auth.me();
  await Promise.all(Array.from({ length: 8 }, () => read(ada.token)));
  const outcomes: string[] = [];
  void read(ada.token).finally(() => outcomes.push('refused'));
  await read(bob.token).finally(() => outcomes.push('answered'));
  await expect(api.call(ada.token).auth.me()).rejects.toMatchObject(refused);
  expect(outcomes).toEqual(['answered']);
});
