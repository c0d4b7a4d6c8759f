import { randomUUID } from 'node:crypto';
import { createOutbox, type WaitingMail } from '@docket/api';
import { makeMailedLink } from '@docket/api/testing';
import { createLinkTokens } from '@docket/auth';
import { emailLinks, users } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createWireClient,
  makePassword,
  type SecondProcess,
  signIn,
  signUp,
  startSecondProcess,
  startTestServer,
  type TestServer,
  type WireAccount,
  type WireClient,
} from '../testing/index.ts';

const ROUNDS = 8;

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

const makeEmail = (): string => `${randomUUID()}@example.com`;

const changeEmail = (client: WireClient, account: WireAccount, newEmail = makeEmail()) =>
  client.send('/api/account/change-email', { newEmail, currentPassword: account.password }, { token: account.token });

const confirm = async (token: string, link: string): Promise<number> =>
  (await here.send('/api/account/confirm-email', { token: link }, { token })).status;

const findUserId = async (email: string): Promise<string> =>
  (await server.database.db.select().from(users).where(eq(users.email, email)))[0]?.id ?? '';

/** What waits for this user, and the tokens of all links that are out or are made of it; the servers make some, too. */
const collectLinks = async (
  userId: string,
): Promise<{ mails: WaitingMail[]; makeToken: (id: string) => string; ids: string[] }> => {
  const { db } = server.database;
  const linkTokens = createLinkTokens({ secret: server.secret });
  const outbox = createOutbox({ db, linkTokens, publicUrl: 'https://docket.example' });
  const mails = (await outbox.list()).filter((mail) => mail.userId === userId && mail.kind === 'email-change');
  for (const mail of mails) await outbox.compose(mail);
  const links = await db.select().from(emailLinks).where(eq(emailLinks.userId, userId));
  const makeToken = (linkId: string) => linkTokens.format({ purpose: 'email-change', userId, linkId });
  return { mails, makeToken, ids: [...new Set([...mails, ...links].map(({ id }) => id))] };
};

/** Sets a new password by the first server; the answer says whether it holds. */
const WAYS: [string, (account: WireAccount, newPassword: string) => Promise<number>][] = [
  [
    'a change of the password',
    async ({ token, password }, newPassword) =>
      (await here.send('/api/auth/change-password', { currentPassword: password, newPassword }, { token })).status,
  ],
  [
    'a reset of the password',
    async ({ email }, newPassword) => {
      const { database, secret } = server;
      const link = { purpose: 'password-reset', userId: await findUserId(email), email } as const;
      const token = await makeMailedLink({ db: database.db, secret }, link);
      return (await here.send('/api/auth/reset-password', { token, newPassword })).status;
    },
  ],
];

test.each(WAYS)('no link to a new address that is asked for at the same moment outlives %s', async (_, setPassword) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const account = await signUp(here);
    const intruder = await signIn(there, account);
    const userId = await findUserId(account.email);
    const newPassword = makePassword();
    const [status] = await Promise.all([setPassword(account, newPassword), changeEmail(there, intruder)]);
    expect(status).toBe(200);
    const { token } = await signIn(here, { email: account.email, password: newPassword });
    const { ids, makeToken } = await collectLinks(userId);
    for (const id of ids) expect(await confirm(token, makeToken(id))).toBe(400);
  }
});

test('of changes of address that are asked for at the same moment only the latest is good', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const account = await signUp(here);
    const userId = await findUserId(account.email);
    const answers = await Promise.all([here, there, here].map((client) => changeEmail(client, account)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { ids, makeToken } = await collectLinks(userId);
    const [owner] = await server.database.db.select().from(users).where(eq(users.id, userId));
    const latest = owner?.emailChangeId;
    for (const id of ids.filter((each) => each !== latest)) {
      expect(await confirm(account.token, makeToken(id))).toBe(400);
    }
    expect(await confirm(account.token, makeToken(latest ?? ''))).toBe(200);
  }
});
