import { randomUUID } from 'node:crypto';
import { makeMailedLink } from '@docket/api/testing';
import { sessions, tasks, users } from '@docket/db';
import { and, eq, isNull } from 'drizzle-orm';
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

type Call = (client: WireClient, index: number) => Promise<Answer>;

/** Makes the calls at the same instant, by turns over both processes; no more than one account may sign in at once. */
const race = (count: number, call: Call): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index % 2 === 0 ? here : there, index)));

const count = (answers: readonly Answer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const findUserId = async ({ email }: Pick<WireAccount, 'email'>): Promise<string> =>
  (await server.database.db.select().from(users).where(eq(users.email, email)))[0]?.id ?? '';

const makeLink = async (account: WireAccount, purpose: 'password-reset' | 'email-change', email = account.email) => {
  const { secret, database } = server;
  return makeMailedLink({ db: database.db, secret }, { purpose, userId: await findUserId(account), email });
};

describe('of calls at the same instant over two processes', () => {
  test('eight signups for one e-mail address make one account', async () => {
    const email = `${randomUUID()}@example.com`;
    const answers = await race(8, (client, index) =>
      client.send('/auth/signup', { email: index % 3 === 0 ? email.toUpperCase() : email, password: makePassword() }),
    );
    expect(count(answers)).toEqual({ 200: 1, 409: 7 });
    expect(await server.database.db.$count(users, eq(users.email, email))).toBe(1);
  });

  test('eight uses of one reset link set one password (ASVS 6.6.2)', async () => {
    const account = await signUp(here);
    const token = await makeLink(account, 'password-reset');
    const passwords = Array.from({ length: 8 }, makePassword);
    const answers = await race(8, (client, index) =>
      client.send('/api/auth/reset-password', { token, newPassword: passwords[index] }),
    );
    expect(count(answers)).toEqual({ 200: 1, 400: 7 });
    const winner = passwords[answers.findIndex(({ status }) => status === 200)] ?? '';
    await signIn(there, { email: account.email, password: winner });
  });

  test('twenty uses of one e-mail change link change it once, and of two accounts one gets an address', async () => {
    const [one, other, email] = [await signUp(here), await signUp(there), `${randomUUID()}@example.com`];
    const links = [await makeLink(one, 'email-change', email), await makeLink(other, 'email-change', email)];
    const answers = await race(20, (client, index) =>
      client.send(
        '/api/account/confirm-email',
        { token: links[Math.floor(index / 2) % 2] },
        { token: [one, other][Math.floor(index / 2) % 2]?.token ?? '' },
      ),
    );
    const counts = count(answers);
    expect(counts[200]).toBe(1);
    expect(Object.keys(counts).every((status) => ['200', '400', '409'].includes(status))).toBe(true);
    expect(await server.database.db.$count(users, eq(users.email, email))).toBe(1);
  });

  test('eight changes of a password change it once', async () => {
    const { token, password } = await signUp(here);
    const answers = await race(8, (client) =>
      client.send('/api/auth/change-password', { currentPassword: password, newPassword: makePassword() }, { token }),
    );
    expect(count(answers)).toEqual({ 200: 1, 400: 7 });
  });

  test('twenty creations of one task make one', async () => {
    const [{ token }, id] = [await signUp(here), randomUUID()];
    const answers = await race(20, (client, index) => client.send('/api/tasks', { id, title: `${index}` }, { token }));
    expect(count(answers)).toEqual({ 200: 20 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  test('sixty-four logins leave fifty sessions at most (ASVS 7.1.2)', async () => {
    const account = await signUp(here);
    const { email, password } = account;
    for (let wave = 0; wave < 8; wave += 1) {
      expect(count(await race(8, (client) => client.send('/auth/login', { email, password })))).toEqual({ 200: 8 });
    }
    const living = and(eq(sessions.userId, await findUserId(account)), isNull(sessions.revokedAt));
    expect(await server.database.db.$count(sessions, living)).toBe(50);
    const newest = await signIn(there, account);
    expect((await refresh(here, newest.cookie)).status).toBe(200);
  });

  test('no login by the old password outlives its change (ASVS 7.4.3)', async () => {
    const account = await signUp(here);
    const { email, password, token } = account;
    const answers = await race(8, (client, index) =>
      index === 4
        ? client.send(
            '/api/auth/change-password',
            { currentPassword: password, newPassword: makePassword() },
            { token },
          )
        : client.send('/auth/login', { email, password }),
    );
    expect(answers[4]?.status).toBe(200);
    for (const [index, { status, body }] of answers.entries()) {
      expect([200, 401]).toContain(status);
      if (index !== 4 && status === 200) expect(await readStanding(there, Object(body).access_token)).toBe(401);
    }
    expect(await readStanding(there, token)).toBe(200);
  });

  test('no refresh outlives a logout', async () => {
    const { token, cookie } = await signUp(here);
    const answers = await race(20, (client, index) =>
      index === 5 ? client.send('/api/auth/logout', {}, { token }) : refresh(client, cookie),
    );
    expect(answers[5]?.status).toBe(200);
    for (const { status, body } of answers) {
      expect([200, 401]).toContain(status);
      const { access_token: next } = Object(body);
      if (typeof next === 'string') expect(await readStanding(there, next)).toBe(401);
    }
    expect((await refresh(there, cookie)).status).toBe(401);
  });
});

/** What may be under way while the account goes; each answers as for an account that is there, or that is gone. */
const RIVALS: [string, (client: WireClient, account: WireAccount) => Promise<Answer>][] = [
  ['tasks.create', (client, { token }) => client.send('/api/tasks', { title: 'Late' }, { token })],
  ['auth.logout', (client, { token }) => client.send('/api/auth/logout', {}, { token })],
  [
    'auth.sessions.revoke',
    async (client, { token }) => {
      const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      return client.request(`/api/auth/sessions/${sid}`, { method: 'DELETE', token });
    },
  ],
  ['auth.sessions.revokeOthers', (client, { token }) => client.send('/api/auth/sessions/revoke-others', {}, { token })],
  ['a failed login', (client, { email }) => client.send('/auth/login', { email, password: 'wrong horse' })],
  ['auth.login', (client, { email, password }) => client.send('/auth/login', { email, password })],
  ['auth.requestPasswordReset', (client, { email }) => client.send('/api/auth/request-password-reset', { email })],
  ['auth.refresh', (client, { cookie }) => refresh(client, cookie)],
  ['account.export', (client, { token }) => client.send('/api/account/export', {}, { token })],
  ['account.update', (client, { token }) => client.send('/api/account', { name: 'Late' }, { token, method: 'PATCH' })],
  [
    'auth.changePassword',
    (client, { token, password }) =>
      client.send('/api/auth/change-password', { currentPassword: password, newPassword: makePassword() }, { token }),
  ],
  [
    'account.changeEmail',
    (client, { token, password }) =>
      client.send(
        '/api/account/change-email',
        { newEmail: `${randomUUID()}@example.com`, currentPassword: password },
        { token },
      ),
  ],
];

test.each(RIVALS)('%s against the deletion of its account neither fails nor leaves a row', async (_, rival) => {
  for (let round = 0; round < 2; round += 1) {
    const account = await signUp(here);
    const other = await signIn(there, account);
    const userId = await findUserId(account);
    const deletion = { isOver: false };
    const statuses: number[] = [];
    const rivals = Array.from({ length: 6 }, async (_each, index) => {
      const client = index % 2 === 0 ? here : there;
      // Until it is over, so that some call is under way at whatever instant the rows go.
      for (let calls = 0; calls < 12 && !deletion.isOver; calls += 1) {
        statuses.push((await rival(client, index < 3 ? account : other)).status);
      }
    });
    const { token, password } = other;
    const gone = await there.send('/api/account/delete', { currentPassword: password }, { token });
    deletion.isOver = true;
    await Promise.all(rivals);
    expect([200, 400, 401]).toContain(gone.status);
    for (const status of statuses) expect([200, 400, 401, 404, 429]).toContain(status);
    if (gone.status === 200) {
      expect(await server.database.db.$count(tasks, eq(tasks.userId, userId))).toBe(0);
      expect(await server.database.db.$count(sessions, eq(sessions.userId, userId))).toBe(0);
      for (const each of [account, other]) expect(await readStanding(here, each.token)).toBe(401);
    }
  }
});

describe('what is recorded while the account goes, however slowly', () => {
  beforeAll(async () => {
    await server.database.db.execute(`
      create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$`);
    await server.database.db.execute(
      'create trigger dawdle before insert on audit_events for each row execute function dawdle()',
    );
  });
  afterAll(() => server.database.db.execute('drop trigger dawdle on audit_events'));

  /** Once the rival holds what it holds until its row is written. */
  const waitForRival = () =>
    expect
      .poll(() => server.database.db.execute(`select from pg_stat_activity where wait_event = 'PgSleep'`), {
        interval: 5,
      })
      .not.toHaveLength(0);

  const recording = [
    ...RIVALS.slice(1, 8),
    ['a replayed refresh', (client: WireClient, { cookie }: WireAccount) => refresh(client, cookie)] as const,
  ];
  test.each(recording)('%s does not fail, nor does the deletion', async (name, rival) => {
    const account = await signUp(here);
    const other = await signIn(there, account);
    if (name === 'a replayed refresh') {
      await passTime(server.database, account.email, '10 minutes');
      const successor = readCookiePair(await refresh(here, account.cookie));
      await passTime(server.database, account.email, '2 minutes');
      await refresh(here, successor);
    }
    const rivals = rival(here, account);
    if (name !== 'auth.refresh') await waitForRival();
    const { token, password } = other;
    const gone = await there.send('/api/account/delete', { currentPassword: password }, { token });
    expect([200, 401]).toContain(gone.status);
    expect([200, 401]).toContain((await rivals).status);
  });
});

test('sessions that end each other, refresh and replay at once neither fail nor wait for each other', async () => {
  const account = await signUp(here);
  const all = [account];
  for (let more = 0; more < 7; more += 1) all.push(await signIn(there, account));
  await passTime(server.database, account.email, '10 minutes');
  const successor = readCookiePair(await refresh(here, account.cookie));
  await passTime(server.database, account.email, '2 minutes');
  expect((await refresh(here, successor)).status).toBe(200);
  const answers = await race(24, (client, index) => {
    const mine = all[index % all.length] ?? account;
    if (index % 4 === 0) return refresh(client, mine.cookie);
    if (index % 4 === 1) return client.send('/auth/login', { email: account.email, password: account.password });
    return client.send('/api/auth/sessions/revoke-others', {}, { token: mine.token });
  });
  for (const { status } of answers) expect([200, 401]).toContain(status);
});
