import { EventEmitter, once } from 'node:events';
import { makeMailedLink } from '@docket/api/testing';
import { users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  createWireClient,
  makePassword,
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

const makeResetLink = async ({ email }: WireAccount): Promise<string> => {
  const [user] = await server.database.db.select().from(users).where(eq(users.email, email));
  const link = { purpose: 'password-reset', userId: user?.id ?? '', email } as const;
  return makeMailedLink({ db: server.database.db, secret: server.secret }, link);
};

const changePassword = (client: WireClient, { token, password }: WireAccount): Promise<Answer> =>
  client.send('/api/auth/change-password', { currentPassword: password, newPassword: makePassword() }, { token });

/** Holds the row of a session as a slow statement would, until it is told to let go. */
const holdSession = async ({ token }: WireAccount): Promise<() => Promise<void>> => {
  const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const gate = new EventEmitter();
  const held = once(gate, 'held');
  const ended = server.database.db.transaction(async (transaction) => {
    await transaction.execute(sql`select from sessions where id = ${sid} for update`);
    const opened = once(gate, 'open');
    gate.emit('held');
    await opened;
  });
  await held;
  return async () => {
    gate.emit('open');
    await ended;
  };
};

const waitForWaiting = (count: number): Promise<void> =>
  expect
    .poll(
      () =>
        server.database.db.execute(
          sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        ),
      { interval: 5 },
    )
    .toHaveLength(count);

test('ending the other sessions and setting a password neither fail where each waits for what the other locks', async () => {
  const account = await signUp(here);
  const other = await signIn(here, account);
  const link = await makeResetLink(account);
  const letGo = await holdSession(account);
  const ending = here.send('/api/auth/sessions/revoke-others', {}, { token: other.token });
  await waitForWaiting(1);
  const resetting = there.send('/api/auth/reset-password', { token: link, newPassword: makePassword() });
  await waitForWaiting(2);
  await letGo();
  expect([(await ending).status, (await resetting).status]).toEqual([200, 200]);
});

test('a refresh that waits for a change of the password, which keeps its session, is answered with a token', async () => {
  const account = await signUp(here);
  const letGo = await holdSession(account);
  const changing = changePassword(here, account);
  await waitForWaiting(1);
  const refreshing = refresh(there, account.cookie);
  await waitForWaiting(2);
  await letGo();
  expect([(await changing).status, (await refreshing).status]).toEqual([200, 200]);
});

/** All that takes locks on a user and on the user's sessions, at once, by turns over both processes. */
const collide = async (): Promise<number[]> => {
  const account = await signUp(here);
  const [second, third] = await Promise.all([signIn(here, account), signIn(there, account)]);
  const link = await makeResetLink(account);
  const { email, password } = account;
  const answers = await Promise.all([
    refresh(here, account.cookie),
    refresh(there, account.cookie),
    there.send('/api/auth/logout', {}, { token: second.token }),
    changePassword(there, account),
    here.send('/api/auth/reset-password', { token: link, newPassword: makePassword() }),
    here.send('/api/auth/sessions/revoke-others', {}, { token: account.token }),
    there.send('/api/auth/sessions/revoke-others', {}, { token: third.token }),
    here.send('/auth/login', { email, password }),
    there.send('/api/account/delete', { currentPassword: password }, { token: account.token }),
  ]);
  return answers.map(({ status }) => status);
};

test('of everything that ends sessions at once, nothing fails', async () => {
  const statuses: number[] = [];
  for (let wave = 0; wave < 8; wave += 1) {
    statuses.push(...(await Promise.all([collide(), collide(), collide()])).flat());
  }
  expect(statuses.filter((status) => ![200, 400, 401].includes(status))).toEqual([]);
});
