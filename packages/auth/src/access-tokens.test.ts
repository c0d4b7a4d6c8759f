import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ACCESS_TOKEN_TTL_SECONDS, createAccessTokens, InvalidTokenError } from './access-tokens.ts';

const WEEK = 604_800;
const TOLERANCE = 60;
const now = Date.UTC(2026, 10, 21, 8, 30) / 1000;
const passSeconds = (seconds: number): void => void vi.setSystemTime((now + seconds) * 1000);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 }));
afterEach(() => void vi.useRealTimers());

const secret = randomBytes(48).toString('base64url');
const otherSecret = randomBytes(48).toString('base64url');
const tokens = await createAccessTokens({ secret });

const subject = { userId: randomUUID(), email: 'ada@example.com', sessionId: randomUUID() };
const good = { sub: subject.userId, email: subject.email, iat: now, exp: now + WEEK, sid: subject.sessionId };

const { kid: ourKid } = decodeProtectedHeader(await tokens.sign(subject));

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token put together by hand, so that anything can be in it; its signature is always right. */
const forge = (claims: unknown, header: object = {}, key: string = secret): string => {
  const input = `${encode({ alg: 'HS256', ...header })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
};

const expectRefusal = async (token: string, verifier = tokens): Promise<void> => {
  const verifying = verifier.verify(token);
  await expect(verifying).rejects.toBeInstanceOf(InvalidTokenError);
  await expect(verifying).rejects.toMatchObject({ name: 'InvalidTokenError', message: '' });
};

describe('a signed token', () => {
  test('says who signed in, from when and for seven days, and in which session', async () => {
    const token = await tokens.sign(subject);
    expect(decodeJwt(token)).toEqual({
      sub: subject.userId,
      email: 'ada@example.com',
      sid: subject.sessionId,
      iat: now,
      exp: now + WEEK,
      jti: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
    expect(ACCESS_TOKEN_TTL_SECONDS).toBe(WEEK);
  });

  test('names its algorithm and its key, but nothing of the secret', async () => {
    const { kid, ...header } = decodeProtectedHeader(await tokens.sign(subject));
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(kid).toMatch(/^[\w-]{8}$/);
    const another = await createAccessTokens({ secret: otherSecret });
    expect(decodeProtectedHeader(await another.sign(subject)).kid).not.toBe(kid);
    const again = await createAccessTokens({ secret });
    expect(decodeProtectedHeader(await again.sign(subject)).kid).toBe(kid);
  });

  test('is a plain HS256 token to any other service that has the secret', async () => {
    const { payload } = await jwtVerify(await tokens.sign(subject), new TextEncoder().encode(secret));
    expect(payload.sub).toBe(subject.userId);
  });

  test('is never the same twice', async () => {
    const [first, second] = [await tokens.sign(subject), await tokens.sign(subject)];
    expect(decodeJwt(first).jti).not.toBe(decodeJwt(second).jti);
  });

  test('speaks for its user, whoever verifies it', async () => {
    const token = await tokens.sign(subject);
    const { userId, sessionId } = subject;
    const expected = { userId, sessionId, issuedAtSeconds: now, expiresAtSeconds: now + WEEK };
    expect(await tokens.verify(token)).toEqual(expected);
    expect(await tokens.verify(token)).toEqual(expected);
    expect(await (await createAccessTokens({ secret })).verify(token)).toEqual(expected);
  });
});

describe('a token of another service', () => {
  const key = new TextEncoder().encode(secret);

  test('needs no session, no key id and no time of issue', async () => {
    const { sub, email, exp } = good;
    const token = await new SignJWT({ sub, email, exp: exp - 3_600 }).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect(await tokens.verify(token)).toEqual({
      userId: sub,
      sessionId: null,
      issuedAtSeconds: now - 3_600,
      expiresAtSeconds: exp - 3_600,
    });
  });

  test('may come from a clock that is a minute ahead', async () => {
    const ahead = { ...good, iat: now + TOLERANCE, exp: now + WEEK + TOLERANCE };
    expect((await tokens.verify(forge(ahead))).issuedAtSeconds).toBe(now + TOLERANCE);
    await expectRefusal(forge({ ...good, iat: now + TOLERANCE + 1 }));
    await expectRefusal(forge({ ...good, exp: now + WEEK + TOLERANCE + 1 }));
  });

  test('has run out when its time has come, to the second', async () => {
    const sign = (exp: number) =>
      new SignJWT({ ...good, iat: now - 10, exp }).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect((await tokens.verify(await sign(now + 1))).userId).toBe(subject.userId);
    await expectRefusal(await sign(now));
    await expectRefusal(await sign(now - 1));
  });
});

describe('verify refuses', () => {
  test.each([
    ['no user', { sub: undefined }],
    ['a user that is no UUID', { sub: '1' }],
    ['a user that is a number', { sub: 1 }],
    ['no e-mail address', { email: undefined }],
    ['an e-mail address that is no text', { email: ['ada@example.com'] }],
    ['no end', { exp: undefined }],
    ['an end that is text', { exp: String(now + WEEK) }],
    ['an end within a second', { exp: now + 10.5 }],
    ['an end far away', { exp: now + 10 * WEEK }],
    ['an end beyond all numbers', { exp: 1e300 }],
    ['a time of issue in the future', { iat: now + 3_600 }],
    ['a time of issue after the end', { iat: now + 20, exp: now + 10 }],
    ['a time of issue before 1970', { iat: -1 }],
    ['a time of issue that is text', { iat: String(now) }],
    ['a beginning in the future', { nbf: now + 3_600 }],
    ['a session that is no UUID', { sid: 'x' }],
    ['a session that is null', { sid: null }],
  ])('%s', async (_, claims) => {
    expect((await tokens.verify(forge(good))).userId).toBe(subject.userId);
    await expectRefusal(forge({ ...good, ...claims }));
  });

  test.each([[null], [[good]], ['text'], [1]])('claims that are %j', async (claims) => {
    await expectRefusal(forge(claims));
  });

  test.each([
    ['another key', {}, otherSecret],
    ['another key under the name of ours', { kid: ourKid }, otherSecret],
    ['a key id that nobody has', { kid: 'unknown' }, secret],
    ['a key id that is no text', { kid: 1 }, secret],
    ['an extension that we do not know', { crit: ['exp'], exp: now }, secret],
    ['an unencoded payload', { crit: ['b64'], b64: false }, secret],
    ['the algorithm none over a good signature', { alg: 'none' }, secret],
    ['the algorithm NONE over a good signature', { alg: 'NONE' }, secret],
    ['the algorithm HS512 over a good HS256 signature', { alg: 'HS512' }, secret],
    ['the algorithm RS256 over a good HS256 signature', { alg: 'RS256' }, secret],
    ['no algorithm', { alg: undefined }, secret],
  ])('%s', async (_, header, key) => {
    await expectRefusal(forge(good, header, key));
  });

  test('a real HS512 token', async () => {
    const key = new TextEncoder().encode(secret);
    await expectRefusal(await new SignJWT(good).setProtectedHeader({ alg: 'HS512' }).sign(key));
  });

  test('a token without a signature', async () => {
    const input = `${encode({ alg: 'none' })}.${encode(good)}`;
    for (const token of [`${input}.`, input, `${input}..`]) await expectRefusal(token);
  });

  test('a token that was changed anywhere', async () => {
    const token = await tokens.sign(subject);
    await tokens.verify(token);
    const [header = '', claims = '', signature = ''] = token.split('.');
    const stranger = encode({ ...decodeJwt(token), sub: randomUUID() });
    await expectRefusal([header, stranger, signature].join('.'));
    for (const segment of [header, claims, signature]) {
      const changed = `${segment.startsWith('A') ? 'B' : 'A'}${segment.slice(1)}`;
      await expectRefusal(token.replace(segment, changed));
    }
  });

  test('the three other spellings of the same signature', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const token = await tokens.sign(subject);
    const readSignature = (spelled: string): Buffer => Buffer.from(spelled.split('.')[2] ?? '', 'base64url');
    const last = alphabet.indexOf(token.slice(-1));
    for (const offset of [1, 2, 3]) {
      const spelled = token.slice(0, -1) + alphabet.charAt(last + offset);
      expect(readSignature(spelled)).toEqual(readSignature(token));
      await expectRefusal(spelled);
    }
    expect((await tokens.verify(token)).userId).toBe(subject.userId);
  });

  test('whatever stands around or within a good token', async () => {
    const token = await tokens.sign(subject);
    await tokens.verify(token);
    for (const spelled of [
      ` ${token}`,
      `${token} `,
      `${token}\n`,
      token.replace('.', ' .'),
      token.replace('.', '.\n'),
      `${token}=`,
      `${token}.`,
      `.${token}`,
      `${token}.${token}`,
      `Bearer ${token}`,
      `"${token}"`,
      token.replaceAll('.', '%2E'),
    ]) {
      await expectRefusal(spelled);
    }
  });

  test.each(['', '.', '..', 'a.b.c', 'null', '{}', '\0', 'ü'.repeat(100)])('%j', async (token) => {
    await expectRefusal(token);
  });

  test('headers and claims that are no JSON', async () => {
    const sign = (input: string): string =>
      `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    await expectRefusal(sign(`AAAA.${encode(good)}`));
    await expectRefusal(sign(`${encode({ alg: 'HS256' })}.AAAA`));
    await expectRefusal(sign(`${encode('HS256')}.${encode(good)}`));
    await expectRefusal(sign(`${encode(null)}.${encode(good)}`));
  });

  test('a token of more than 4,096 characters, however good', async () => {
    const short = forge({ ...good, note: '' }).length;
    const room = Math.floor(((4_096 - short) * 3) / 4);
    const longest = forge({ ...good, note: 'x'.repeat(room) });
    expect(longest).toHaveLength(4_096);
    expect((await tokens.verify(longest)).userId).toBe(subject.userId);
    await expectRefusal(forge({ ...good, note: 'x'.repeat(room + 1) }));
  });
});

describe('a token that was good before', () => {
  test('is refused from the second on in which it ends', async () => {
    const token = await tokens.sign(subject);
    await tokens.verify(token);
    passSeconds(WEEK - 1);
    expect((await tokens.verify(token)).userId).toBe(subject.userId);
    passSeconds(WEEK);
    await expectRefusal(token);
    await expectRefusal(token);
  });

  test('is refused as long as it is of the future again', async () => {
    const token = await tokens.sign(subject);
    await tokens.verify(token);
    passSeconds(-3_600);
    await expectRefusal(token);
    passSeconds(0);
    expect((await tokens.verify(token)).userId).toBe(subject.userId);
  });

  test('is good behind thousands of others', async () => {
    const token = forge(good);
    const expected = await tokens.verify(token);
    for (let count = 0; count < 2_001; count += 1) await tokens.verify(forge({ ...good, count }));
    expect(await tokens.verify(token)).toEqual(expected);
  });

  test('is not remembered by the tokens of another secret', async () => {
    const others = await createAccessTokens({ secret: otherSecret });
    const token = await tokens.sign(subject);
    await tokens.verify(token);
    await expectRefusal(token, others);
  });
});

describe('a rotation of secrets', () => {
  const rotate = () => createAccessTokens({ secret: otherSecret, previousSecret: secret });

  test('keeps tokens of the previous secret good, with and without a key id', async () => {
    const rotated = await rotate();
    expect((await rotated.verify(await tokens.sign(subject))).sessionId).toBe(subject.sessionId);
    expect((await rotated.verify(forge(good))).userId).toBe(subject.userId);
    expect((await rotated.verify(forge(good, {}, otherSecret))).userId).toBe(subject.userId);
    await expectRefusal(forge(good, {}, randomUUID()), rotated);
  });

  test('signs with the current secret only', async () => {
    const token = await (await rotate()).sign(subject);
    const current = await createAccessTokens({ secret: otherSecret });
    expect((await current.verify(token)).userId).toBe(subject.userId);
    await expectRefusal(token);
  });

  test('takes no token that names the other key', async () => {
    const rotated = await rotate();
    await expectRefusal(forge(good, { kid: ourKid }, otherSecret), rotated);
  });

  test('is over when the previous secret is gone', async () => {
    await expectRefusal(await tokens.sign(subject), await createAccessTokens({ secret: otherSecret }));
  });
});
