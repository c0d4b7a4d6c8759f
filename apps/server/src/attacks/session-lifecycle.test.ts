import { randomBytes } from 'node:crypto';
import { makeMailedLink } from '@docket/api/testing';
import { users } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  createWireClient,
  makePassword,
  passTime,
  readCookiePair,
  readStanding,
  refresh,
  type SecondProcess,
  signIn,
  signUp,
  startSecondProcess,
  startTestServer,
  type TestServer,
  type WireAccount,
  type WireClient,
} from '../testing/index.ts';

let server: TestServer;
let here: WireClient;
let there: SecondProcess;
beforeAll(async () => {
  server = await startTestServer();
  here = createWireClient(server.port);
  there = await startSecondProcess(server);
});
afterAll(async () => {
  await there.stop();
  await server.stop();
});

/** A link as it would have been mailed. */
const makeResetLink = async (account: WireAccount): Promise<string> => {
  const [user] = await server.database.db.select().from(users).where(eq(users.email, account.email));
  return makeMailedLink(
    { db: server.database.db, secret: server.secret },
    { purpose: 'password-reset', userId: user?.id ?? '', email: account.email },
  );
};

/** As if so much time had passed since the newest refresh token of each session was made. */
const pass = (account: WireAccount, time: string) => passTime(server.database, account.email, time);

const findOtherSession = async (client: WireClient, token: string): Promise<string> => {
  const { body } = await client.request('/api/auth/sessions', { token });
  const list: { id: string; current: boolean }[] = Array.isArray(body) ? body : [];
  return list.find((session) => !session.current)?.id ?? '';
};

type End = 'mine' | 'other' | 'both';

/** What a user does in one of two sessions, and which of them that ends. */
const ACTS: [string, End, (client: WireClient, mine: WireAccount) => Promise<Answer>][] = [
  ['auth.logout (ASVS 7.4.1)', 'mine', (client, { token }) => client.send('/api/auth/logout', {}, { token })],
  [
    'auth.endCookieSession (ASVS 7.4.1)',
    'mine',
    (client, { cookie }) =>
      client.request('/api/auth/end-cookie-session', { method: 'POST', headers: { ...client.ownPage, cookie } }),
  ],
  [
    'auth.sessions.revoke (ASVS 7.5.2)',
    'other',
    async (client, { token }) =>
      client.request(`/api/auth/sessions/${await findOtherSession(client, token)}`, { method: 'DELETE', token }),
  ],
  [
    'auth.sessions.revokeOthers (ASVS 7.5.2)',
    'other',
    (client, { token }) => client.send('/api/auth/sessions/revoke-others', {}, { token }),
  ],
  [
    'auth.changePassword (ASVS 7.4.3)',
    'other',
    (client, { token, password }) =>
      client.send('/api/auth/change-password', { currentPassword: password, newPassword: makePassword() }, { token }),
  ],
  [
    'auth.resetPassword (ASVS 7.4.3)',
    'both',
    async (client, mine) =>
      client.send('/api/auth/reset-password', { token: await makeResetLink(mine), newPassword: makePassword() }),
  ],
  [
    'account.delete (ASVS 7.4.2)',
    'both',
    (client, { token, password }) => client.send('/api/account/delete', { currentPassword: password }, { token }),
  ],
];

describe.each([
  ['here', 'there'],
  ['there', 'here'],
])('what a user does by the process %s holds at the next call of the process %s', (by) => {
  const choose = (): [WireClient, WireClient] => (by === 'here' ? [here, there] : [there, here]);

  test.each(ACTS)('%s ends %s', async (_, ends, act) => {
    const [doing, seeing] = choose();
    const mine = await signUp(doing);
    const other = await signIn(seeing, mine);
    for (const { token } of [mine, other]) expect(await readStanding(seeing, token)).toBe(200);
    expect((await act(doing, mine)).status).toBe(200);
    for (const [account, name] of [
      [mine, 'mine'],
      [other, 'other'],
    ] as const) {
      const status = ends === 'both' || ends === name ? 401 : 200;
      expect([name, await readStanding(seeing, account.token)]).toEqual([name, status]);
      expect([name, (await refresh(seeing, account.cookie)).status]).toEqual([name, status]);
    }
  });

  test('a password that was changed, and an account that was deleted, sign nobody in', async () => {
    const [doing, seeing] = choose();
    const account = await signUp(doing);
    const { token, email, password } = account;
    await signIn(seeing, account);
    const newPassword = makePassword();
    await doing.send('/api/auth/change-password', { currentPassword: password, newPassword }, { token });
    await expect(signIn(seeing, account)).rejects.toThrow('401');
    await signIn(seeing, { email, password: newPassword });
    await doing.send('/api/account/delete', { currentPassword: newPassword }, { token });
    await expect(signIn(seeing, { email, password: newPassword })).rejects.toThrow('401');
  });

  test('a replayed refresh cookie ends its session', async () => {
    const [doing, seeing] = choose();
    const account = await signUp(doing);
    await pass(account, '10 minutes');
    const second = readCookiePair(await refresh(doing, account.cookie));
    await pass(account, '61 seconds');
    const { access_token: newest } = Object((await refresh(seeing, second)).body);
    expect(await readStanding(seeing, newest)).toBe(200);
    expect((await refresh(doing, account.cookie)).status).toBe(401);
    expect(await readStanding(seeing, newest)).toBe(401);
    expect((await refresh(seeing, second)).status).toBe(401);
  });
});

test('refreshing by turns goes on with one session, also where an answer gets lost', async () => {
  const account = await signUp(here);
  let { cookie } = account;
  for (let turn = 0; turn < 8; turn += 1) {
    const [first, second] = turn % 2 === 0 ? [here, there] : [there, here];
    await pass(account, '10 minutes');
    expect(readCookiePair(await refresh(first, cookie))).not.toBe(cookie);
    const repeated = await refresh(second, cookie);
    expect([repeated.status, readCookiePair(repeated)]).toEqual([200, '']);
    await pass(account, '10 minutes');
    const successor = readCookiePair(await refresh(second, cookie));
    expect(successor).not.toBe(cookie);
    cookie = successor;
  }
  const { body } = await there.request('/api/auth/sessions', { token: account.token });
  expect(body).toMatchObject([{ current: true }]);
});

test('forty refreshes at once over both processes get one successor', async () => {
  const account = await signUp(here);
  const { cookie } = account;
  await pass(account, '10 minutes');
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => refresh(index % 2 === 0 ? here : there, cookie)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(answers.map(readCookiePair).filter((pair) => pair !== '')).toHaveLength(1);
});

describe('when the secret is changed', () => {
  const newSecret = randomBytes(48).toString('base64url');
  let patientServer: TestServer;
  let strictServer: TestServer;
  let patient: WireClient;
  let strict: WireClient;
  beforeAll(async () => {
    const variables = { DATABASE_URL: server.database.url, JWT_SECRET: newSecret };
    patientServer = await startTestServer({ variables: { ...variables, JWT_SECRET_PREVIOUS: server.secret } });
    strictServer = await startTestServer({ variables });
    patient = createWireClient(patientServer.port);
    strict = createWireClient(strictServer.port);
  });
  afterAll(async () => {
    await patientServer.stop();
    await strictServer.stop();
  });

  test('tokens, cookies and links of the old one are good while JWT_SECRET_PREVIOUS names it', async () => {
    const account = await signUp(here);
    await pass(account, '10 minutes');
    expect(await readStanding(patient, account.token)).toBe(200);
    const answer = await refresh(patient, account.cookie);
    expect(answer.status).toBe(200);
    const { access_token: token } = Object(answer.body);
    // What is given out now needs the old secret no more.
    expect(await readStanding(strict, token)).toBe(200);
    expect((await refresh(strict, readCookiePair(answer))).status).toBe(200);
    const input = { token: await makeResetLink(account), newPassword: makePassword() };
    expect((await patient.send('/api/auth/reset-password', input)).status).toBe(200);
    expect(await readStanding(strict, token)).toBe(401);
  });

  test('and not where it does not, nor do they end anything there', async () => {
    const account = await signUp(here);
    const link = { token: await makeResetLink(account), newPassword: makePassword() };
    expect(await readStanding(strict, account.token)).toBe(401);
    expect((await refresh(strict, account.cookie)).status).toBe(401);
    expect((await strict.send('/api/auth/reset-password', link)).status).toBe(400);
    expect(await readStanding(here, account.token)).toBe(200);
    expect((await refresh(here, account.cookie)).status).toBe(200);
  });

  test('a cookie of the new secret is none where only the old one is known', async () => {
    const account = await signUp(patient);
    expect(await readStanding(here, account.token)).toBe(401);
    expect((await refresh(here, account.cookie)).status).toBe(401);
    expect((await refresh(patient, account.cookie)).status).toBe(200);
  });
});
