import { randomBytes } from 'node:crypto';
import { createLinkTokens } from '@docket/auth';
import { emailLinks, openDatabase, outbox as outboxTable, users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readAskedState, rememberChange } from '../testing/index.ts';
import { createOutbox, type Outbox, type WaitingMail } from './outbox.ts';

const publicUrl = 'https://docket.example';
const linkTokens = createLinkTokens({ secret: randomBytes(48).toString('base64url') });
let database: TestDatabase;
let outbox: Outbox;

beforeAll(async () => {
  database = await createTestDatabase();
  outbox = createOutbox({ db: database.db, linkTokens, publicUrl });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(outboxTable);
});

const mintUser = async (): Promise<{ id: string; email: string }> => {
  const id = uuidv7();
  const email = `${id}@example.com`;
  await database.db.insert(users).values({ id, email, hashedPassword: 'no password' });
  return { id, email };
};

/** Puts a mail into the outbox as it was so many minutes ago. */
const post = async (
  row: Pick<typeof outboxTable.$inferInsert, 'kind' | 'userId' | 'recipient' | 'newEmail' | 'attempts'>,
  minutesAgo = 0,
): Promise<WaitingMail> => {
  const [mail] = await database.db
    .insert(outboxTable)
    .values({
      id: uuidv7(),
      createdAt: sql`now() - ${minutesAgo} * interval '1 minute'`,
      ...readAskedState(row),
      ...row,
    })
    .returning();
  if (mail === undefined) throw new Error('INSERT returned no row');
  if (row.kind === 'email-change') await rememberChange(database.db, mail.id);
  return mail;
};

const findLinks = (id: string) => database.db.select().from(emailLinks).where(eq(emailLinks.id, id));

const readToken = (link: string | null | undefined): string => /#token=([\w-]+)$/.exec(link ?? '')?.[1] ?? '';

const minutesBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 60_000;

test('a reset mail links to the page on the public address, with a token of its own row', async () => {
  const user = await mintUser();
  const waiting = await post({ kind: 'password-reset', recipient: user.email });
  const mail = await outbox.compose(waiting);
  expect(mail?.recipient).toBe(user.email);
  expect(mail?.link).toMatch(/^https:\/\/docket\.example\/reset-password#token=[\w-]+$/);
  expect(mail?.text.split('\n')).toContain(mail?.link);
  const subject = linkTokens.parse('password-reset', readToken(mail?.link));
  expect(subject).toEqual({ userId: user.id, linkId: waiting.id });
  expect(linkTokens.parse('email-change', readToken(mail?.link))).toBeNull();
  const [link] = await findLinks(waiting.id);
  expect(link).toMatchObject({ userId: user.id, kind: 'password-reset', email: user.email, usedAt: null });
});

test('a link lives for 30 minutes from when it was asked for, however late its mail is written', async () => {
  const user = await mintUser();
  const waiting = await post({ kind: 'password-reset', recipient: user.email }, 29);
  expect(await outbox.compose(waiting)).not.toBeNull();
  const [link] = await findLinks(waiting.id);
  expect(minutesBetween(waiting.createdAt, link?.expiresAt ?? '')).toBe(30);
});

test("no mail is written to an address that is nobody's, and no link is made", async () => {
  const waiting = await post({ kind: 'password-reset', recipient: 'nobody@example.com' });
  expect(await outbox.compose(waiting)).toBeNull();
  expect(await findLinks(waiting.id)).toEqual([]);
});

test.each([
  { what: 'address', change: { email: sql`'moved-' || email` } },
  { what: 'password', change: { passwordVersion: sql`password_version + 1` } },
])('no link is made for an account that has another $what than when it was asked for', async ({ change }) => {
  const user = await mintUser();
  const waiting = [
    await post({ kind: 'password-reset', userId: user.id, recipient: user.email }),
    await post({ kind: 'email-change', userId: user.id, recipient: 'new@example.com' }),
  ];
  await database.db.update(users).set(change).where(eq(users.id, user.id));
  for (const mail of waiting) {
    expect(await outbox.compose(mail)).toBeNull();
    expect(await findLinks(mail.id)).toEqual([]);
  }
});

test('no link is made for a change of address while a later one waits or was mailed', async () => {
  const user = await mintUser();
  const ask = () => post({ kind: 'email-change', userId: user.id, recipient: 'new@example.com' });
  const [superseded, latest] = [await ask(), await ask()];
  expect(await outbox.compose(superseded)).toBeNull();
  expect(await outbox.compose(latest)).not.toBeNull();
  await outbox.remove(latest.id);
  expect(await outbox.compose(superseded)).toBeNull();
});

test('a change of address is confirmed at the new one', async () => {
  const user = await mintUser();
  const waiting = await post({ kind: 'email-change', userId: user.id, recipient: 'new@example.com' });
  const mail = await outbox.compose(waiting);
  expect(mail?.recipient).toBe('new@example.com');
  expect(mail?.link).toMatch(/^https:\/\/docket\.example\/confirm-email#token=/);
  expect(linkTokens.parse('email-change', readToken(mail?.link))).toEqual({ userId: user.id, linkId: waiting.id });
  expect(await findLinks(waiting.id)).toMatchObject([
    { userId: user.id, kind: 'email-change', email: 'new@example.com' },
  ]);
});

test('notices name what happened, and need no link (ASVS 6.3.7)', async () => {
  const user = await mintUser();
  const changed = await post({ kind: 'password-changed', userId: user.id, recipient: user.email });
  expect(await outbox.compose(changed)).toMatchObject({ recipient: user.email, link: null });
  const moved = await post({
    kind: 'email-changed',
    userId: user.id,
    recipient: 'old@example.com',
    newEmail: 'new@example.com',
  });
  const mail = await outbox.compose(moved);
  expect(mail).toMatchObject({ recipient: 'old@example.com', link: null });
  expect(mail?.text.split('\n')).toContain('new@example.com');
});

test('writing a mail again gives the same link and makes no second one', async () => {
  const user = await mintUser();
  const waiting = await post({ kind: 'password-reset', recipient: user.email });
  const [first, second] = await Promise.all([outbox.compose(waiting), outbox.compose(waiting)]);
  expect(first?.link).toBeTruthy();
  expect(second).toEqual(first);
  expect(await findLinks(waiting.id)).toHaveLength(1);
});

test('a link that was used is not written again', async () => {
  const user = await mintUser();
  const waiting = await post({ kind: 'password-reset', recipient: user.email });
  await outbox.compose(waiting);
  await database.db
    .update(emailLinks)
    .set({ usedAt: sql`now()` })
    .where(eq(emailLinks.id, waiting.id));
  expect(await outbox.compose(waiting)).toBeNull();
  expect(await findLinks(waiting.id)).toMatchObject([{ usedAt: expect.any(String) }]);
});

test('a link that is older than 30 minutes is not written', async () => {
  const user = await mintUser();
  const waiting = await post({ kind: 'password-reset', recipient: user.email }, 31);
  expect(await outbox.compose(waiting)).toBeNull();
  expect(await findLinks(waiting.id)).toEqual([]);
});

test('what is too old is given up: links after 30 minutes, notices after a day', async () => {
  const user = await mintUser();
  const notice = { kind: 'password-changed', userId: user.id, recipient: user.email } as const;
  const kept = [
    await post(notice, 23 * 60),
    await post({ kind: 'password-reset', recipient: user.email }, 29),
    await post({ kind: 'email-change', userId: user.id, recipient: user.email }, 29),
  ];
  await post(notice, 25 * 60);
  await post({ kind: 'password-reset', recipient: user.email }, 31);
  await post({ kind: 'email-change', userId: user.id, recipient: user.email }, 31);
  expect(await outbox.purge()).toBe(3);
  const waiting = await outbox.list();
  expect(waiting.map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
});

test('two servers never claim the same mail', async () => {
  const user = await mintUser();
  const posted: string[] = [];
  for (let index = 0; index < 40; index += 1) {
    posted.push((await post({ kind: 'password-changed', userId: user.id, recipient: user.email })).id);
  }
  const other = openDatabase(database.url);
  try {
    const otherOutbox = createOutbox({ db: other.db, linkTokens, publicUrl });
    const claimed: string[] = [];
    const claimAll = async (from: Outbox): Promise<void> => {
      for (;;) {
        const mail = await from.claim({ isFirstAttempt: false, isLink: false });
        if (mail === undefined) return;
        claimed.push(mail.id);
      }
    };
    await Promise.all([outbox, otherOutbox, outbox, otherOutbox].map(claimAll));
    expect(claimed.toSorted()).toEqual(posted.toSorted());
  } finally {
    await other.close();
  }
});

test('mails with a link are claimed ahead of notices, and by themselves where asked for', async () => {
  const user = await mintUser();
  const notice = { kind: 'password-changed', userId: user.id, recipient: user.email } as const;
  await post(notice, 2);
  const reset = await post({ kind: 'password-reset', recipient: user.email }, 1);
  const change = await post({ kind: 'email-change', userId: user.id, recipient: 'new@example.com' });
  await database.db.update(outboxTable).set({ nextAttemptAt: outboxTable.createdAt });
  expect(await outbox.claim({ isFirstAttempt: false, isLink: false })).toMatchObject({ id: reset.id });
  expect(await outbox.claim({ isFirstAttempt: false, isLink: true })).toMatchObject({ id: change.id });
  expect(await outbox.claim({ isFirstAttempt: false, isLink: true })).toBeUndefined();
  expect(await outbox.claim({ isFirstAttempt: false, isLink: false })).toMatchObject({ kind: 'password-changed' });
});

test('the longer a mail cannot be sent, the longer it waits, and at most 30 minutes', async () => {
  const user = await mintUser();
  const { id } = await post({ kind: 'password-changed', userId: user.id, recipient: user.email });
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const mail = await outbox.claim({ isFirstAttempt: false, isLink: false });
    expect(mail).toMatchObject({ id, attempts: attempt });
    // A second ago: rounded to milliseconds, now might not have come yet. Against the minutes it does not count.
    const [row] = await database.db
      .update(outboxTable)
      .set({ nextAttemptAt: sql`now() - interval '1 second'` })
      .returning({ now: outboxTable.nextAttemptAt });
    waits.push(minutesBetween(row?.now ?? '', mail?.nextAttemptAt ?? ''));
  }
  expect(waits.map((minutes) => Math.round(minutes * 2) / 2)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30]);
});

test('a mail that was tried is not claimed as new', async () => {
  const user = await mintUser();
  const { id } = await post({ kind: 'password-changed', userId: user.id, recipient: user.email, attempts: 1 });
  expect(await outbox.claim({ isFirstAttempt: true, isLink: false })).toBeUndefined();
  expect(await outbox.claim({ isFirstAttempt: false, isLink: false })).toMatchObject({ id });
});

test('a mail that was sent is gone, and others stay', async () => {
  const user = await mintUser();
  const sent = await post({ kind: 'password-changed', userId: user.id, recipient: user.email });
  const other = await post({ kind: 'password-changed', userId: user.id, recipient: user.email });
  await outbox.remove(sent.id);
  expect(await outbox.list()).toMatchObject([{ id: other.id }]);
});
