import { randomBytes } from 'node:crypto';
import { readAskedState, rememberChange } from '@docket/api/testing';
import { createLinkTokens } from '@docket/auth';
import { emailLinks, openDatabase, outbox, users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { eq, sql } from 'drizzle-orm';
import type { PgInsertValue } from 'drizzle-orm/pg-core';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { startDatabaseProxy } from '../testing/index.ts';
import { type MailDelivery, type MailDeliveryOptions, startMailDelivery } from './mail-delivery.ts';
import { createMailTransport } from './mail-transport.ts';
import { type MailServer, startMailServer } from './testing/mail-server.ts';

const publicUrl = 'https://docket.example';
const linkTokens = createLinkTokens({ secret: randomBytes(48).toString('base64url') });
let database: TestDatabase;
let mailServer: MailServer;
let logged: string;
let announced: string[];
let deliveries: MailDelivery[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(outbox);
  mailServer = await startMailServer();
  logged = '';
  announced = [];
  deliveries = [];
});
afterEach(async () => {
  for (const delivery of deliveries) await delivery.stop();
  await mailServer.stop();
});

const start = (options: Partial<MailDeliveryOptions> = {}): MailDelivery => {
  const delivery = startMailDelivery({
    db: database.db,
    linkTokens,
    transport: createMailTransport({ smtpUrl: mailServer.smtpUrl, from: 'Docket <docket@docket.example>' }),
    publicUrl,
    isProduction: false,
    announce: (line) => announced.push(line),
    logger: createLogger('info', { write: (line) => (logged += line) }),
    ...options,
  });
  deliveries.push(delivery);
  return delivery;
};

const mintUser = async (): Promise<{ id: string; email: string }> => {
  const id = uuidv7();
  const email = `${id}@example.com`;
  await database.db.insert(users).values({ id, email, hashedPassword: 'no password' });
  return { id, email };
};

const post = async (
  row: Pick<typeof outbox.$inferInsert, 'kind' | 'userId' | 'recipient' | 'newEmail'> &
    Pick<PgInsertValue<typeof outbox>, 'createdAt'>,
): Promise<string> => {
  const id = uuidv7();
  await database.db.insert(outbox).values({ id, ...readAskedState(row), ...row });
  if (row.kind === 'email-change') await rememberChange(database.db, id);
  return id;
};

const postReset = async (): Promise<{ mailId: string; userId: string; email: string }> => {
  const { id: userId, email } = await mintUser();
  return { mailId: await post({ kind: 'password-reset', recipient: email }), userId, email };
};

const countWaiting = (): Promise<number> => database.db.$count(outbox);

/** As if the time for the next attempt had come. */
const makeDue = (): Promise<unknown> => database.db.update(outbox).set({ nextAttemptAt: sql`now()` });

const readSubject = (source: string): string => /^Subject: (.*)\r$/m.exec(source)?.[1] ?? '';

const readToken = (text: string): string => /#token=([\w-]+)$/m.exec(text)?.[1] ?? '';

test('a reset mail arrives with a link on the public address whose token fits its row', async () => {
  const delivery = start();
  const { mailId, userId, email } = await postReset();
  delivery.notify();
  await expect.poll(() => mailServer.received).toHaveLength(1);
  await expect.poll(countWaiting).toBe(0);
  const [mail] = mailServer.received;
  expect(mail?.recipients).toEqual([email]);
  expect(mail?.source).toMatch(/^Subject: Reset your Docket password\r$/m);
  expect(mail?.source).toMatch(/^From: Docket <docket@docket\.example>\r$/m);
  expect(mail?.text).toMatch(/^https:\/\/docket\.example\/reset-password#token=[\w-]+$/m);
  expect(linkTokens.parse('password-reset', readToken(mail?.text ?? ''))).toEqual({ userId, linkId: mailId });
  expect(await database.db.select().from(emailLinks).where(eq(emailLinks.id, mailId))).toMatchObject([
    { userId, kind: 'password-reset', email, usedAt: null },
  ]);
});

test("to an address that is nobody's no mail goes out, and none waits", async () => {
  await post({ kind: 'password-reset', recipient: 'nobody@example.com' });
  start();
  await expect.poll(countWaiting).toBe(0);
  expect(mailServer.received).toEqual([]);
  expect(mailServer.countConnections()).toBe(0);
});

test('all four kinds arrive where they belong (ASVS 6.3.7)', async () => {
  const { id: userId, email } = await mintUser();
  await post({ kind: 'password-reset', recipient: email });
  await post({ kind: 'password-changed', userId, recipient: email });
  await post({ kind: 'email-change', userId, recipient: 'new@example.com' });
  await post({ kind: 'email-changed', userId, recipient: 'old@example.com', newEmail: 'new@example.com' });
  start();
  await expect.poll(() => mailServer.received).toHaveLength(4);
  const arrived = mailServer.received.map(({ recipients, source }) => `${recipients.join()} ${readSubject(source)}`);
  expect(new Set(arrived)).toEqual(
    new Set([
      `${email} Reset your Docket password`,
      `${email} Your Docket password was changed`,
      'new@example.com Confirm your new address for Docket',
      'old@example.com Your Docket account has a new address',
    ]),
  );
  const confirmation = mailServer.received.find(({ recipients }) => recipients[0] === 'new@example.com');
  expect(confirmation?.text).toMatch(/^https:\/\/docket\.example\/confirm-email#token=[\w-]+$/m);
  await expect.poll(countWaiting).toBe(0);
});

test.for([
  { status: 451, words: 'try later' },
  { status: 550, words: 'no' },
])('a mail that the server refuses with $status arrives once it is taken', async (reply) => {
  const delivery = start();
  mailServer.refuse({ ...reply, words: `${reply.words}, said the server of ada@example.com` });
  const { mailId } = await postReset();
  delivery.notify();
  await expect.poll(() => logged).toContain(String(reply.status));
  expect(await countWaiting()).toBe(1);
  expect(mailServer.received).toEqual([]);
  mailServer.refuse(null);
  await makeDue();
  delivery.notify();
  await expect.poll(() => mailServer.received).toHaveLength(1);
  await expect.poll(countWaiting).toBe(0);
  expect(logged).toContain(mailId);
  expect(logged).not.toMatch(/@example\.com|token=|said the server/);
});

test('mail that nobody announced is found within 15 seconds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const first = await postReset();
  start();
  await expect.poll(countWaiting).toBe(0);
  const second = await postReset();
  vi.advanceTimersByTime(15_000);
  await expect
    .poll(() => mailServer.received)
    .toMatchObject([{ recipients: [first.email] }, { recipients: [second.email] }]);
});

test('while one recipient is refused, mail to others arrives', async () => {
  const refused = await postReset();
  await post({ kind: 'password-changed', userId: refused.userId, recipient: refused.email });
  mailServer.refuse({ status: 550, words: 'no' });
  const delivery = start();
  // Both were tried in one go: the first refusal did not end it.
  await expect.poll(() => mailServer.countConnections()).toBe(2);
  await delivery.stop();
  expect(await countWaiting()).toBe(2);
});

test('a mail arrives once an SMTP server that was down is back, and the others are not tried before', async () => {
  await mailServer.stop();
  for (let mails = 0; mails < 7; mails += 1) await postReset();
  const delivery = start();
  const listAttempts = async (): Promise<number[]> =>
    (await database.db.select().from(outbox).orderBy(outbox.attempts)).map(({ attempts }) => attempts);
  await expect.poll(listAttempts).toEqual([0, 0, 1, 1, 1, 1, 1]);
  await expect.poll(() => logged).toContain('mail could not be sent');
  expect(logged).toContain('"level":40');
  expect(logged).not.toMatch(/@example\.com|token=/);
  await mailServer.restart();
  await makeDue();
  delivery.notify();
  await expect.poll(() => mailServer.received).toHaveLength(7);
  await expect.poll(countWaiting).toBe(0);
});

test('a long outage does not fill the log', async () => {
  await mailServer.stop();
  const delivery = start();
  for (let mails = 1; mails <= 5; mails += 1) {
    const { mailId } = await postReset();
    delivery.notify();
    const attempts = async (): Promise<number | undefined> =>
      (await database.db.select().from(outbox).where(eq(outbox.id, mailId)))[0]?.attempts;
    await expect.poll(attempts).toBe(1);
  }
  await delivery.stop();
  expect(logged.match(/mail could not be sent/g)).toHaveLength(1);
  await mailServer.restart();
});

test('mail arrives once a database that was away is back', async () => {
  const proxy = await startDatabaseProxy(database.url);
  const { db, close } = openDatabase(proxy.url);
  onTestFinished(async () => {
    await close();
    await proxy.close();
  });
  await proxy.cut();
  const delivery = start({ db });
  await expect.poll(() => logged).toContain('the outbox cannot be read');
  await postReset();
  await proxy.restore();
  delivery.notify();
  await expect.poll(() => mailServer.received).toHaveLength(1);
  expect(logged).not.toMatch(/insert into|update "outbox"|@example\.com/);
});

test('two servers send each mail once', async () => {
  const expected: string[] = [];
  for (let index = 0; index < 10; index += 1) expected.push((await postReset()).email);
  start();
  start();
  await expect.poll(countWaiting).toBe(0);
  const recipients = mailServer.received.flatMap((mail) => mail.recipients);
  expect(recipients.toSorted()).toEqual(expected.toSorted());
});

test('a link that is no longer good is not sent', async () => {
  const { id: userId, email } = await mintUser();
  const createdAt = sql`now() - interval '31 minutes'`;
  await post({ kind: 'password-reset', recipient: email, createdAt });
  await post({ kind: 'email-change', userId, recipient: 'new@example.com', createdAt });
  await post({ kind: 'password-changed', userId, recipient: email, createdAt });
  start();
  await expect.poll(countWaiting).toBe(0);
  expect(mailServer.received.map(({ source }) => readSubject(source))).toEqual(['Your Docket password was changed']);
  expect(logged).toContain('"givenUp":2');
});

test('without an SMTP server each mail is announced once in one line, and kept', async () => {
  const { email } = await postReset();
  await post({ kind: 'password-reset', recipient: 'nobody@example.com' });
  const delivery = start({ transport: null });
  await expect.poll(() => announced).toHaveLength(1);
  expect(announced[0]).toMatch(
    /^Mail to \S+ \(not sent, SMTP_URL is not set\): Reset your Docket password: https:\/\/docket\.example\/reset-password#token=[\w-]+$/,
  );
  expect(announced[0]).toContain(email);
  // A mail that is announced again comes ahead of the next one.
  for (const count of [2, 3]) {
    await makeDue();
    await delivery.stop();
    await post({ kind: 'password-reset', recipient: email });
    start({ transport: null });
    await expect.poll(() => announced).toHaveLength(count);
  }
  expect(new Set(announced).size).toBe(3);
  expect(await countWaiting()).toBe(3);
  expect(logged).toBe('');
});

test('in production a mail that cannot be sent is kept, and its link is printed nowhere', async () => {
  const { mailId } = await postReset();
  const delivery = start({ transport: null, isProduction: true });
  const attempts = async (): Promise<number | undefined> =>
    (await database.db.select().from(outbox).where(eq(outbox.id, mailId)))[0]?.attempts;
  await expect.poll(attempts).toBe(1);
  await delivery.stop();
  expect(announced).toEqual([]);
  expect(logged).toBe('');
});

test('mail that was kept is sent once there is an SMTP server', async () => {
  const { email } = await postReset();
  const without = start({ transport: null });
  await expect.poll(() => announced).toHaveLength(1);
  await without.stop();
  await makeDue();
  start();
  await expect.poll(() => mailServer.received).toMatchObject([{ recipients: [email] }]);
});

test('a flood of notices to a server that does not answer delays no link', async () => {
  const { id: userId, email } = await mintUser();
  const held = mailServer.holdRecipient(email);
  for (let notices = 0; notices < 8; notices += 1) await post({ kind: 'password-changed', userId, recipient: email });
  const delivery = start();
  await expect.poll(held.count).toBe(4);
  const victim = await postReset();
  delivery.notify();
  await expect.poll(() => mailServer.received).toMatchObject([{ recipients: [victim.email] }]);
  expect(held.count()).toBe(4);
  held.proceed();
  await expect.poll(() => mailServer.received).toHaveLength(9);
});

test('several links go out at once, so that one that is stuck does not hold up the others', async () => {
  const stuck = await postReset();
  const held = mailServer.holdRecipient(stuck.email);
  const delivery = start();
  await expect.poll(held.count).toBe(1);
  const other = await postReset();
  delivery.notify();
  await expect.poll(() => mailServer.received).toMatchObject([{ recipients: [other.email] }]);
  held.proceed();
  await expect.poll(countWaiting).toBe(0);
});

test('a stop lets the mails under way be sent and starts no other', async () => {
  const { proceed } = mailServer.hold();
  for (let mails = 0; mails < 6; mails += 1) await postReset();
  const delivery = start();
  await expect.poll(() => mailServer.countConnections()).toBe(5);
  const stopping = delivery.stop();
  proceed();
  await stopping;
  expect(mailServer.received).toHaveLength(5);
  expect(await countWaiting()).toBe(1);
  delivery.notify();
  await delivery.stop();
  expect(mailServer.received).toHaveLength(5);
});
