import { randomUUID } from 'node:crypto';
import { auditEvents, outbox } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from './app-router.ts';
import { createTestApi, makeMailedLink, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({
    rateLimits:
      'loginEmail=20/3600,loginAddress=40/3600,signIn=16/3600,signup=5/3600,passwordChange=2/3600,notice=1/3600,refresh=3/60,writes=6/60,reads=8/60',
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

  test('are told from sign-ins that work, which have a limit of their own for the work that they make', async () => {
    const { email } = await signUp();
    const address = makeAddress();
    const signIn = () => from(address).auth.login({ email, password: PASSWORD });
    for (let times = 0; times < 16; times += 1) await signIn();
    await expect(signIn()).rejects.toMatchObject(refused);
    await from(makeAddress()).auth.login({ email, password: PASSWORD });
  });

  test('that are refused already use up nothing of their address', async () => {
    const [email, address] = [makeEmail(), makeAddress()];
    const guess = (each: string) => from(address).auth.login({ email: each, password: 'wrong horse' });
    expect(await count(Array.from({ length: 60 }, () => guess(email)))).toEqual({
      UNAUTHORIZED: 10,
      TOO_MANY_REQUESTS: 50,
    });
    await expect(guess(makeEmail())).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
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

test.concurrent('a whole IPv6 site of /48 has ten times as many', async () => {
  const signUpFrom = (network: number) =>
    from(`2001:db8:7:${network.toString(16)}::1`).auth.signup({ email: makeEmail(), password: PASSWORD });
  const site = Array.from({ length: 55 }, (_, index) => signUpFrom(index));
  expect(await count(site)).toEqual({ answered: 50, TOO_MANY_REQUESTS: 5 });
  await from('2001:db8:8::1').auth.signup({ email: makeEmail(), password: PASSWORD });
});

const listMail = (recipient: string) =>
  api.database.db.select({ kind: outbox.kind }).from(outbox).where(eq(outbox.recipient, recipient));

describe('links to set a new password', () => {
  const ask = (email: string, address = makeAddress()) => from(address).auth.requestPasswordReset({ email });

  test('are mailed once in ten minutes, and nobody is refused for what others asked for (ASVS 6.3.8)', async () => {
    const { email } = await signUp();
    for (const each of [email, makeEmail()]) {
      expect(await count(Array.from({ length: 12 }, () => ask(each)))).toEqual({ answered: 12 });
      expect(await listMail(each)).toEqual([{ kind: 'password-reset' }]);
    }
  });

  test('are mailed all the same, a few times, for a device that the owner has used', async () => {
    const home = makeAddress();
    const { email } = await signUp(home);
    await ask(email);
    expect(await count(Array.from({ length: 6 }, () => ask(email, home)))).toEqual({ answered: 6 });
    expect(await listMail(email)).toHaveLength(4);
  });

  test('are limited for each address', async () => {
    const address = makeAddress();
    const askForMany = Array.from({ length: 14 }, () => ask(makeEmail(), address));
    expect(await count(askForMany)).toEqual({ answered: 10, TOO_MANY_REQUESTS: 4 });
  });
});

test.concurrent('links to a new address are limited for each recipient, whoever asks', async () => {
  const newEmail = makeEmail();
  const users = await Promise.all(Array.from({ length: 5 }, () => signUp()));
  const asking = users.map(({ token }) =>
    api.call(token, { address: makeAddress() }).account.changeEmail({ newEmail, currentPassword: PASSWORD }),
  );
  expect(await count(asking)).toEqual({ answered: 3, TOO_MANY_REQUESTS: 2 });
  expect(await listMail(newEmail)).toHaveLength(3);
});

test.concurrent('a password is changed so often, and its owner told so often', async () => {
  const { token, email } = await signUp();
  const change = (currentPassword: string, newPassword: string) =>
    api.call(token, { address: makeAddress() }).auth.changePassword({ currentPassword, newPassword });
  await change(PASSWORD, 'the second of three horses');
  await change('the second of three horses', 'the third of three horses');
  await expect(change('the third of three horses', PASSWORD)).rejects.toMatchObject(refused);
  expect(await listMail(email)).toEqual([{ kind: 'password-changed' }]);
});

test.concurrent('calls that change no address use up none of the notices that one was changed', async () => {
  const { token, email } = await signUp();
  const caller = () => api.call(token, { address: makeAddress() });
  const { id: userId } = await caller().auth.me();
  const source = { db: api.database.db, secret: api.secret };
  const link = { purpose: 'email-change', userId, email: makeEmail() } as const;
  const used = await makeMailedLink(source, { ...link, expiresIn: '-1 second' });
  for (let times = 0; times < 2; times += 1) {
    await expect(caller().account.confirmEmail({ token: used })).rejects.toMatchObject({ field: 'token' });
  }
  await caller().account.confirmEmail({ token: await makeMailedLink(source, link) });
  expect(await listMail(email)).toEqual([{ kind: 'email-changed' }]);
});

test.concurrent('links are looked at so often from one address', async () => {
  const address = makeAddress();
  const look = () => from(address).auth.checkResetLink({ token: 'x' });
  expect(await count(Array.from({ length: 62 }, look))).toEqual({ answered: 60, TOO_MANY_REQUESTS: 2 });
});

test.concurrent('each user has reads and writes of their own', async () => {
  const ada = await signUp();
  const bob = await signUp();
  const read = () => api.call(ada.token).auth.me();
  const write = () => api.call(ada.token).tasks.create({ title: 'Again' });
  const counts = await Promise.all([count(Array.from({ length: 12 }, read)), count(Array.from({ length: 8 }, write))]);
  expect(counts).toEqual([
    { answered: 8, TOO_MANY_REQUESTS: 4 },
    { answered: 6, TOO_MANY_REQUESTS: 2 },
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
