import { randomUUID } from 'node:crypto';
import { emailLinks, outbox, sessions, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from '../app-router.ts';
import { createOutbox } from '../mail/outbox.ts';
import { createTestApi, makeMailedLink, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'staple and seven lamps';

const signUp = async () => {
  const email = `${randomUUID()}@example.com`;
  const { access_token: token } = await api.call().auth.signup({ email, password: PASSWORD });
  const caller = api.call(token);
  return { email, token, caller, id: (await caller.auth.me()).id };
};

const signIn = async (email: string, password: string) =>
  (await api.call().auth.login({ email, password })).access_token;

/** What a mail's link carries, as the delivery makes it. */
const makeLink = (userId: string, email: string, expiresIn?: string) =>
  makeMailedLink({ db: api.database.db, secret: api.secret }, { purpose: 'password-reset', userId, email, expiresIn });

const listMail = (recipient: string) =>
  api.database.db.select().from(outbox).where(eq(outbox.recipient, recipient)).orderBy(outbox.createdAt);

const expectWrong = (call: Promise<unknown>) => expect(call).rejects.toMatchObject({ code: 'UNAUTHORIZED' });

describe('auth.changePassword', () => {
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };

  test('sets the new one, keeps this session and ends all others at once (ASVS 6.2.2, 6.2.3, 7.4.3)', async () => {
    const { email, token, caller } = await signUp();
    const other = await signIn(email, PASSWORD);
    expect(await caller.auth.changePassword(change)).toEqual({ done: true });
    expect(await api.call(token).auth.me()).toMatchObject({ email });
    await expectWrong(api.call(other).auth.me());
    await expectWrong(signIn(email, PASSWORD));
    expect(await signIn(email, NEW_PASSWORD)).toBeTypeOf('string');
  });

  test('tells the owner by mail and in the recent activity (ASVS 6.3.7)', async () => {
    const { email, caller } = await signUp();
    await caller.auth.changePassword(change);
    expect(await listMail(email)).toMatchObject([{ kind: 'password-changed', recipient: email }]);
    expect(await caller.account.activity()).toMatchObject([{ kind: 'password-changed' }, { kind: 'signed-up' }]);
  });

  test('names the field when the current one is wrong, and changes nothing', async () => {
    const { email, caller } = await signUp();
    await expect(caller.auth.changePassword({ ...change, currentPassword: 'wrong' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      field: 'currentPassword',
    });
    expect(await signIn(email, PASSWORD)).toBeTypeOf('string');
    expect((await caller.account.activity()).map(({ kind }) => kind)).toContain('password-check-failed');
  });

  test('lets one of two at the same instant win, and the password is the winner’s', async () => {
    const { email, caller } = await signUp();
    const wishes = ['the first wish of two', 'the second wish of two'];
    const outcomes = await Promise.allSettled(
      wishes.map((newPassword) => caller.auth.changePassword({ currentPassword: PASSWORD, newPassword })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const winner = wishes[outcomes.findIndex(({ status }) => status === 'fulfilled')] ?? '';
    expect(await signIn(email, winner)).toBeTypeOf('string');
  });

  test('leaves behind a session that began with the old password while it ran', async () => {
    const { email, caller, id } = await signUp();
    const [account] = await api.database.db.select().from(users).where(eq(users.id, id));
    await caller.auth.changePassword(change);
    const sessionId = randomUUID();
    const passwordVersion = account?.passwordVersion ?? 0;
    const expiresAt = sql`now() + interval '7 days'`;
    await api.database.db.insert(sessions).values({ userId: id, id: sessionId, passwordVersion, expiresAt });
    await expectWrong(api.call(await api.dependencies.accessTokens.sign({ userId: id, email, sessionId })).auth.me());
  });

  test('ends the tokens of other services, too', async () => {
    const { email, caller, id } = await signUp();
    const elsewhere = await new SignJWT({ sub: id, email, exp: Math.floor(Date.now() / 1000) + 7 * 86_400 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(api.secret));
    expect(await api.call(elsewhere).auth.me()).toMatchObject({ email });
    await caller.auth.changePassword(change);
    await expectWrong(api.call(elsewhere).auth.me());
  });
});

describe('auth.requestPasswordReset', () => {
  test('answers and writes the same for an address without an account (ASVS 6.3.8)', async () => {
    const { email } = await signUp();
    const nobody = `${randomUUID()}@example.com`;
    for (const each of [email, nobody]) {
      expect(await api.call().auth.requestPasswordReset({ email: each })).toEqual({ done: true, isMailSent: true });
      expect(await listMail(each)).toMatchObject([{ kind: 'password-reset', recipient: each, userId: null }]);
    }
  });
});

test('asking for a link says whether this server sends mail at all, the same for every address', async () => {
  const { email, token } = await signUp();
  for (const isMailSent of [true, false]) {
    const call = (bearer?: string) => createCaller({ ...api.makeContext(bearer), sendsMail: isMailSent });
    for (const each of [email, `${randomUUID()}@example.com`]) {
      expect(await call().auth.requestPasswordReset({ email: each })).toEqual({ done: true, isMailSent });
    }
    const newEmail = `${randomUUID()}@example.com`;
    const change = { newEmail, currentPassword: PASSWORD };
    expect(await call(token).account.changeEmail(change)).toEqual({ done: true, isMailSent });
  }
});

describe('auth.checkResetLink', () => {
  test('says whether a link is good, and leaves it good', async () => {
    const { email, id } = await signUp();
    const token = await makeLink(id, email);
    for (let times = 0; times < 2; times += 1) {
      expect(await api.call().auth.checkResetLink({ token })).toEqual({ isGood: true });
    }
    await api.call().auth.resetPassword({ token, newPassword: NEW_PASSWORD });
    expect(await api.call().auth.checkResetLink({ token })).toEqual({ isGood: false });
  });

  test('says of a link that is too old, of another kind or made up that it is not good', async () => {
    const { email, id } = await signUp();
    const linkId = randomUUID();
    const links = [
      await makeLink(id, email, '-1 second'),
      api.dependencies.linkTokens.format({ purpose: 'password-reset', userId: id, linkId }),
      api.dependencies.linkTokens.format({ purpose: 'email-change', userId: id, linkId }),
      'x',
    ];
    for (const token of links) expect(await api.call().auth.checkResetLink({ token })).toEqual({ isGood: false });
  });
});

describe('auth.resetPassword', () => {
  test('sets the password once, ends every session, signs nobody in and tells the owner (ASVS 6.4.3)', async () => {
    const { email, token, id } = await signUp();
    const link = await makeLink(id, email);
    expect(await api.call().auth.resetPassword({ token: link, newPassword: NEW_PASSWORD })).toEqual({ done: true });
    await expectWrong(api.call(token).auth.me());
    await expectWrong(signIn(email, PASSWORD));
    expect(await signIn(email, NEW_PASSWORD)).toBeTypeOf('string');
    expect(await listMail(email)).toMatchObject([{ kind: 'password-changed' }]);
    await expect(
      api.call().auth.resetPassword({ token: link, newPassword: 'another new password' }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST', field: 'token' });
  });

  test('takes a link once, also of ten at the same instant', async () => {
    const { email, id } = await signUp();
    const token = await makeLink(id, email);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        api.call().auth.resetPassword({ token, newPassword: `new password ${index}` }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('refuses a link that is too old, of another kind, made up, or of an address that was left', async () => {
    const { email: left, id, token } = await signUp();
    const linkId = randomUUID();
    const leftLink = await makeLink(id, left);
    const email = `${randomUUID()}@example.com`;
    await api.database.db.update(users).set({ email }).where(eq(users.id, id));
    const links = [
      await makeLink(id, email, '-1 second'),
      leftLink,
      api.dependencies.linkTokens.format({ purpose: 'password-reset', userId: id, linkId }),
      api.dependencies.linkTokens.format({ purpose: 'email-change', userId: id, linkId }),
      token.replaceAll('.', '_'),
      'x',
    ];
    for (const link of links) {
      await expect(api.call().auth.resetPassword({ token: link, newPassword: NEW_PASSWORD })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        field: 'token',
      });
    }
    expect(await signIn(email, PASSWORD)).toBeTypeOf('string');
  });

  test('refuses a link whose row came after the password had changed that it was asked for under', async () => {
    const { email, id, caller } = await signUp();
    await api.call().auth.requestPasswordReset({ email });
    const [asked] = await listMail(email);
    if (asked === undefined) throw new Error('no mail waits');
    await caller.auth.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    const { db } = api.database;
    const { linkTokens } = api.dependencies;
    const outboxOfServer = createOutbox({ db, linkTokens, publicUrl: 'https://docket.example' });
    expect(await outboxOfServer.compose(asked)).toBeNull();
    // As a delivery leaves it that had written the row while the password changed.
    await db.insert(emailLinks).values({
      userId: id,
      id: asked.id,
      kind: 'password-reset',
      email,
      accountEmail: asked.accountEmail ?? '',
      passwordVersion: asked.passwordVersion ?? -1,
      expiresAt: sql`now() + interval '30 minutes'`,
    });
    const token = linkTokens.format({ purpose: 'password-reset', userId: id, linkId: asked.id });
    expect(await api.call().auth.checkResetLink({ token })).toEqual({ isGood: false });
    await expect(api.call().auth.resetPassword({ token, newPassword: 'another new password' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      field: 'token',
    });
    expect(await signIn(email, NEW_PASSWORD)).toBeTypeOf('string');
  });

  test('makes every other link of the account void, also one that is not mailed yet', async () => {
    const { email, id } = await signUp();
    const [token, other] = [await makeLink(id, email), await makeLink(id, email)];
    await api.call().auth.requestPasswordReset({ email });
    await api.call().auth.resetPassword({ token, newPassword: NEW_PASSWORD });
    await expect(
      api.call().auth.resetPassword({ token: other, newPassword: 'another new password' }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST', field: 'token' });
    expect(await listMail(email)).toMatchObject([{ kind: 'password-changed' }]);
  });

  test('keeps the link when the new password is refused', async () => {
    const { email, id } = await signUp();
    const token = await makeLink(id, email);
    await expect(api.call().auth.resetPassword({ token, newPassword: 'password1' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      field: 'newPassword',
    });
    expect(await api.call().auth.resetPassword({ token, newPassword: NEW_PASSWORD })).toEqual({ done: true });
  });

  test('is no good as a bearer token', async () => {
    const { email, id } = await signUp();
    await expectWrong(api.call(await makeLink(id, email)).auth.me());
  });
});

describe('a new password', () => {
  test('is refused where it is a common one or one’s own address, with a reason (ASVS 6.2.4, 6.2.11)', async () => {
    const email = `${randomUUID()}@example.com`;
    for (const password of ['password1', 'iloveyou', email]) {
      await expect(api.call().auth.signup({ email, password })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        field: 'password',
        message: expect.stringMatching(/\w+\. /),
      });
    }
    const { caller } = await signUp();
    await expect(
      caller.auth.changePassword({ currentPassword: PASSWORD, newPassword: 'password1' }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST', field: 'newPassword' });
  });
});

test('a sign-in stores the hash anew where the cost has changed (ASVS 11.4.2)', async () => {
  const { email, id } = await signUp();
  const dearer = await createTestApi({ passwordCost: 5 });
  try {
    const [account] = await api.database.db.select().from(users).where(eq(users.id, id));
    if (account === undefined) throw new Error('no account');
    await dearer.database.db.insert(users).values(account);
    await dearer.call().auth.login({ email, password: PASSWORD });
    const [rehashed] = await dearer.database.db.select().from(users).where(eq(users.id, id));
    expect(rehashed?.hashedPassword).toMatch(/^\$2b\$05\$/);
    await dearer.call().auth.login({ email, password: PASSWORD });
    expect(await dearer.database.db.select().from(users).where(eq(users.id, id))).toEqual([rehashed]);
  } finally {
    await dearer.close();
  }
});
