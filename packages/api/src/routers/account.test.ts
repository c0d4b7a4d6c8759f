import { randomUUID } from 'node:crypto';
import { auditEvents, emailLinks, outbox, sessions, tasks, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOutbox, type WaitingMail } from '../mail/outbox.ts';
import { createTestApi, makeMailedLink, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const PASSWORD = 'correct horse battery';
const makeEmail = () => `${randomUUID()}@example.com`;

const signUp = async () => {
  const email = makeEmail();
  const { access_token: token } = await api.call().auth.signup({ email, password: PASSWORD });
  const caller = api.call(token);
  return { email, token, caller, id: (await caller.auth.me()).id };
};

const makeLink = (userId: string, email: string, expiresIn?: string) =>
  makeMailedLink({ db: api.database.db, secret: api.secret }, { purpose: 'email-change', userId, email, expiresIn });

const listMail = (recipient: string) =>
  api.database.db.select().from(outbox).where(eq(outbox.recipient, recipient)).orderBy(outbox.createdAt);

describe('account.update', () => {
  test('changes only what is named', async () => {
    const { caller } = await signUp();
    expect(await caller.account.update({ name: ' Ada ' })).toMatchObject({ name: 'Ada', timeZone: 'UTC' });
    expect(await caller.account.update({ timeZone: 'Asia/Tokyo' })).toMatchObject({
      name: 'Ada',
      timeZone: 'Asia/Tokyo',
    });
    expect(await caller.account.update({ name: '' })).toMatchObject({ name: null, timeZone: 'Asia/Tokyo' });
    const account = await caller.account.update({});
    expect(account).toEqual(await caller.auth.me());
  });

  test('refuses what an account does not have, and what is not its own to say', async () => {
    const { caller, email } = await signUp();
    const wishes = [{ timeZone: 'Mars' }, { name: 'x'.repeat(101) }, { name: 'a\0b' }];
    for (const wish of wishes) {
      await expect(caller.account.update(wish)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    for (const field of ['email', 'id', 'hashedPassword', 'passwordVersion', 'createdAt']) {
      const wish = { name: 'Eve', [field]: 'mine@example.com' };
      await expect(caller.account.update(wish)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(await caller.auth.me()).toMatchObject({ email, name: null });
  });
});

describe('account.changeEmail and account.confirmEmail', () => {
  test('change the address only once the new one has confirmed, and tell the old one (ASVS 6.3.7)', async () => {
    const { caller, email, id } = await signUp();
    const newEmail = makeEmail();
    await caller.account.changeEmail({ newEmail, currentPassword: PASSWORD });
    expect(await listMail(newEmail)).toMatchObject([{ kind: 'email-change', userId: id }]);
    expect(await caller.auth.me()).toMatchObject({ email });
    const token = await makeLink(id, newEmail);
    expect(await caller.account.confirmEmail({ token })).toEqual({ done: true });
    expect(await caller.auth.me()).toMatchObject({ email: newEmail });
    expect(await listMail(email)).toMatchObject([{ kind: 'email-changed', newEmail }]);
    await expect(caller.account.confirmEmail({ token })).rejects.toMatchObject({ field: 'token' });
    await expect(api.call().auth.login({ email, password: PASSWORD })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await api.call().auth.login({ email: newEmail, password: PASSWORD });
  });

  test('want the password, another address, and a link that is still good', async () => {
    const { caller, email, id } = await signUp();
    const newEmail = makeEmail();
    await expect(caller.account.changeEmail({ newEmail, currentPassword: 'wrong' })).rejects.toMatchObject({
      field: 'currentPassword',
    });
    await expect(caller.account.changeEmail({ newEmail: email, currentPassword: PASSWORD })).rejects.toMatchObject({
      field: 'newEmail',
    });
    const token = await makeLink(id, newEmail, '-1 second');
    await expect(caller.account.confirmEmail({ token })).rejects.toMatchObject({ field: 'token' });
    expect(await listMail(newEmail)).toEqual([]);
    expect(await caller.auth.me()).toMatchObject({ email });
  });

  test('leave an address to whom it belongs by then, and the link as it was', async () => {
    const { caller, email, id } = await signUp();
    const other = await signUp();
    const token = await makeLink(id, other.email);
    await expect(caller.account.confirmEmail({ token })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await caller.auth.me()).toMatchObject({ email });
    const [link] = await api.database.db.select().from(emailLinks).where(eq(emailLinks.userId, id));
    expect(link?.usedAt).toBeNull();
  });

  test('give an address that two confirm at the same instant to one of them', async () => {
    const newEmail = makeEmail();
    const rivals = await Promise.all([signUp(), signUp(), signUp()]);
    const outcomes = await Promise.allSettled(
      rivals.map(async ({ id, caller }) => caller.account.confirmEmail({ token: await makeLink(id, newEmail) })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    }
  });
});

describe('a link to a new address', () => {
  const setUp = async () => {
    const user = await signUp();
    const waiting = createOutbox({
      db: api.database.db,
      linkTokens: api.dependencies.linkTokens,
      publicUrl: 'https://docket.example',
    });
    const ask = async (newEmail = makeEmail()): Promise<WaitingMail> => {
      await user.caller.account.changeEmail({ newEmail, currentPassword: PASSWORD });
      const mail = (await waiting.list()).find(({ recipient }) => recipient === newEmail);
      if (mail === undefined) throw new Error('no mail waits');
      return mail;
    };
    const open = async (mail: WaitingMail): Promise<string> =>
      /#token=([\w-]+)$/.exec((await waiting.compose(mail))?.link ?? '')?.[1] ?? '';
    const confirm = (token: string, caller = user.caller) => caller.account.confirmEmail({ token });
    return { ...user, ask, open, confirm };
  };
  const refused = { code: 'BAD_REQUEST', field: 'token' };

  test('is void once another one was asked for, whether it was mailed before or is mailed after', async () => {
    const { ask, open, confirm, caller } = await setUp();
    const mailed = await open(await ask());
    const waiting = await ask();
    await expect(confirm(mailed)).rejects.toMatchObject(refused);
    const latest = await ask();
    expect(await open(waiting)).toBe('');
    const token = await open(latest);
    await expect(confirm(mailed)).rejects.toMatchObject(refused);
    expect(await confirm(token)).toEqual({ done: true });
    expect(await caller.auth.me()).toMatchObject({ email: latest.recipient });
  });

  test('is not the latest although its row came after the later wish had voided what there was', async () => {
    const { id, ask, open, confirm } = await setUp();
    const first = await ask();
    const latest = await ask();
    // As a delivery leaves it that had claimed the first mail before the second was asked for.
    await api.database.db.insert(emailLinks).values({
      userId: id,
      id: first.id,
      kind: 'email-change',
      email: first.recipient,
      accountEmail: first.accountEmail ?? '',
      passwordVersion: first.passwordVersion ?? 0,
      expiresAt: sql`${first.createdAt}::timestamptz + interval '30 minutes'`,
    });
    const token = api.dependencies.linkTokens.format({ purpose: 'email-change', userId: id, linkId: first.id });
    await expect(confirm(token)).rejects.toMatchObject(refused);
    await confirm(await open(latest));
  });

  test('is void once the address was changed, also where it is changed back', async () => {
    const { email, ask, open, confirm, id } = await setUp();
    const mailed = await open(await ask());
    await confirm(await open(await ask()));
    await confirm(await makeLink(id, email));
    await expect(confirm(mailed)).rejects.toMatchObject(refused);
  });

  test('is void once the password was changed, also where its mail was written meanwhile', async () => {
    const { ask, open, confirm, caller, email } = await setUp();
    const mail = await ask();
    const mailed = await open(mail);
    await caller.auth.changePassword({ currentPassword: PASSWORD, newPassword: 'staple and seven lamps' });
    await expect(confirm(mailed)).rejects.toMatchObject(refused);
    expect(await open({ ...mail, id: randomUUID() })).toBe('');
    expect(await caller.auth.me()).toMatchObject({ email });
  });

  test('is refused to another account as one that was used is, and stays good', async () => {
    const { ask, open, confirm, caller } = await setUp();
    const stranger = await signUp();
    const token = await open(await ask());
    const used = await makeLink(stranger.id, makeEmail(), '-1 second');
    const refusal = await confirm(used, stranger.caller).catch((error: unknown) => error);
    await expect(confirm(token, stranger.caller)).rejects.toEqual(refusal);
    await expect(api.call().account.confirmEmail({ token })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await confirm(token);
    await expect(caller.auth.me()).resolves.toBeDefined();
  });
});

describe('account.activity', () => {
  test('tells of sign-ins that worked and that failed, with the device (ASVS 16.3.1)', async () => {
    const { caller, email } = await signUp();
    const facts = { userAgent: 'A stranger', address: '203.0.113.9' };
    await expect(api.call(undefined, facts).auth.login({ email, password: 'wrong horse' })).rejects.toThrow();
    await api.call(undefined, { userAgent: 'A phone' }).auth.login({ email, password: PASSWORD });
    const [signedIn, failed, signedUp] = await caller.account.activity();
    expect(signedIn).toMatchObject({ kind: 'signed-in', userAgent: 'A phone' });
    expect(failed).toEqual({
      id: expect.any(String),
      kind: 'sign-in-failed',
      ...facts,
      createdAt: expect.any(String),
    });
    expect(signedUp).toMatchObject({ kind: 'signed-up' });
  });

  test('is kept as it was: the database refuses to change or delete it (ASVS 16.4.2)', async () => {
    const { id } = await signUp();
    const own = eq(auditEvents.userId, id);
    await expect(api.database.db.update(auditEvents).set({ kind: 'signed-out' }).where(own)).rejects.toThrow();
    await expect(api.database.db.delete(auditEvents).where(own)).rejects.toThrow();
    expect(await api.database.db.select().from(auditEvents).where(own)).toHaveLength(1);
  });

  test('holds the address that was tried only as a keyed digest', async () => {
    const email = makeEmail();
    await expect(api.call().auth.login({ email, password: PASSWORD })).rejects.toThrow();
    const events = await api.database.db.select().from(auditEvents);
    expect(JSON.stringify(events)).not.toContain(email);
    expect(events).toContainEqual(
      expect.objectContaining({
        userId: null,
        kind: 'sign-in-failed',
        emailDigest: api.dependencies.digestEmail(email),
      }),
    );
  });
});

describe('account.delete', () => {
  test('leaves nothing behind, in one step', async () => {
    const { caller, token, id, email } = await signUp();
    await caller.tasks.create({ title: 'Gone soon' });
    await makeLink(id, makeEmail());
    await api.call().auth.requestPasswordReset({ email });
    const kept: (string | null)[] = [];
    const leaving = api.call(token, { keepRefreshToken: (refreshToken) => void kept.push(refreshToken) });
    expect(await leaving.account.delete({ currentPassword: PASSWORD })).toEqual({ done: true });
    expect(kept).toEqual([null]);
    for (const table of [sessions, tasks, emailLinks, auditEvents, outbox]) {
      expect(await api.database.db.select().from(table).where(eq(table.userId, id))).toEqual([]);
    }
    expect(await api.database.db.select().from(users).where(eq(users.id, id))).toEqual([]);
    expect(await listMail(email)).toEqual([]);
    await expect(caller.auth.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await api.call().auth.signup({ email, password: PASSWORD });
  });

  test('wants the password', async () => {
    const { caller, email } = await signUp();
    await expect(caller.account.delete({ currentPassword: 'wrong' })).rejects.toMatchObject({
      field: 'currentPassword',
    });
    expect(await caller.auth.me()).toMatchObject({ email });
  });

  test('while tasks are created answers each call with a task or UNAUTHORIZED, and leaves none', async () => {
    const { caller, id } = await signUp();
    const creating = Array.from({ length: 40 }, (_, index) => caller.tasks.create({ title: `Task ${index}` }));
    const deleting = caller.account.delete({ currentPassword: PASSWORD });
    const later = Array.from({ length: 40 }, (_, index) => caller.tasks.create({ title: `Late ${index}` }));
    for (const outcome of await Promise.allSettled([...creating, ...later])) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'UNAUTHORIZED' });
    }
    expect(await deleting).toEqual({ done: true });
    expect(await api.database.db.select().from(tasks).where(eq(tasks.userId, id))).toEqual([]);
  });
});
