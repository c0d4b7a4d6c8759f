import { createHmac, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAccessTokens, InvalidTokenError } from './access-tokens.ts';
import { createMac, deriveKey } from './derived-keys.ts';
import { createRefreshTokens } from './refresh-tokens.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const MAX_COUNTER = 2_147_483_647;

const secret = randomBytes(48).toString('base64url');
const otherSecret = randomBytes(48).toString('base64url');
const tokens = createRefreshTokens({ secret });
const subject = { userId: randomUUID(), sessionId: randomUUID(), counter: 1_234_567, parent: 1_234_560 };
const token = tokens.format(subject);
const [ids = '', , , signature = ''] = token.split('.');

/** A token whose HMAC is right, whatever it says. */
const forge = (message: string): string =>
  `${message}.${createMac({ secret }, 'refresh-token').sign(message).toString('base64url')}`;

describe('a refresh token', () => {
  test('is the ids, the counter, the parent and an HMAC with its own key', () => {
    const bytes = Buffer.from((subject.userId + subject.sessionId).replaceAll('-', ''), 'hex');
    const message = `${bytes.toString('base64url')}.1234567.1234560`;
    const mac = createHmac('sha256', deriveKey(secret, 'refresh-token')).update(message).digest('base64url');
    expect(token).toBe(`${message}.${mac}`);
  });

  test('says again what it was made of', () => {
    const counters = [0, 1, 9, 10, MAX_COUNTER, ...Array.from({ length: 200 }, () => randomInt(MAX_COUNTER))];
    for (const counter of counters) {
      for (const parent of [0, counter, MAX_COUNTER - counter]) {
        const made = { userId: randomUUID(), sessionId: randomUUID(), counter, parent };
        expect(tokens.parse(tokens.format(made))).toEqual(made);
      }
    }
  });

  test('is not made of what is no id or no counter', () => {
    for (const counter of [-1, 0.5, MAX_COUNTER + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => tokens.format({ ...subject, counter })).toThrow(RangeError);
      expect(() => tokens.format({ ...subject, parent: counter })).toThrow(RangeError);
    }
    expect(() => tokens.format({ ...subject, userId: 'ada' })).toThrow(TypeError);
    expect(() => tokens.format({ ...subject, sessionId: '' })).toThrow(TypeError);
  });
});

test('a token without a parent, as an older release made it, is a child of the one before', () => {
  for (const [counter, parent] of [
    [0, 0],
    [1, 0],
    [7, 6],
    [MAX_COUNTER, MAX_COUNTER - 1],
  ]) {
    expect(tokens.parse(forge(`${ids}.${counter}`))).toEqual({ ...subject, counter, parent });
  }
  expect(tokens.parse(`${ids}.1234567.${signature}`)).toBeNull();
});

describe('parse answers null for', () => {
  test('a token with any one character changed, left out or added', () => {
    for (let index = 0; index < token.length; index += 1) {
      for (const character of `${ALPHABET}.=+/ `) {
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        if (changed !== token) expect(tokens.parse(changed)).toBeNull();
        expect(tokens.parse(token.slice(0, index) + character + token.slice(index))).toBeNull();
      }
      expect(tokens.parse(token.slice(0, index) + token.slice(index + 1))).toBeNull();
    }
    expect(tokens.parse(token)).toEqual(subject);
  });

  test('the other spellings of the same bytes, even under a right HMAC', () => {
    const respell = (segment: string): string[] =>
      Array.from(ALPHABET, (last) => segment.slice(0, -1) + last).filter(
        (spelled) => spelled !== segment && Buffer.from(spelled, 'base64url').equals(Buffer.from(segment, 'base64url')),
      );
    expect([respell(ids).length, respell(signature).length]).toEqual([3, 3]);
    for (const spelled of respell(ids)) expect(tokens.parse(forge(`${spelled}.1`))).toBeNull();
    for (const spelled of respell(signature)) expect(tokens.parse(`${ids}.1234567.1234560.${spelled}`)).toBeNull();
    expect(tokens.parse(forge(`${ids}.1`))?.counter).toBe(1);
  });

  test.each([
    '',
    '-1',
    '+1',
    '01',
    '00',
    '1e3',
    '1.0.0',
    '0x1',
    ' 1',
    '1 ',
    '2147483648',
    '9999999999',
    '1'.repeat(11),
  ])('the counter %j under a right HMAC, its own or the parent`s', (counter) => {
    for (const digits of [counter, `${counter}.0`, `0.${counter}`, `0.0.${counter}`]) {
      expect(tokens.parse(forge(`${ids}.${digits}`))).toBeNull();
    }
  });

  test('whatever stands around a good token', () => {
    const spellings = [` ${token}`, `${token} `, `${token}\n`, `"${token}"`, `${token}=`, `${token}.`, `.${token}`];
    for (const spelled of [...spellings, `${token},${token}`, `${token}; ${token}`, token.replaceAll('.', '%2E')]) {
      expect(tokens.parse(spelled)).toBeNull();
    }
  });

  test.each(['', '.', '..', '...', 'null', '[object Object]', '\0', 'ü'.repeat(98), '\uD800', 'A'.repeat(98)])(
    '%j',
    (text) => expect(tokens.parse(text)).toBeNull(),
  );

  test('a text of ten million characters', () => {
    const huge = 'A'.repeat(10_000_000);
    for (const text of [huge, token + huge, `${ids}.${'1'.repeat(10_000_000)}.${signature}`, '.'.repeat(10_000_000)]) {
      expect(tokens.parse(text)).toBeNull();
    }
  });
});

test('a refresh token is never good as a bearer token, nor the reverse (ASVS 9.2.2)', async () => {
  const accessTokens = await createAccessTokens({ secret });
  await expect(accessTokens.verify(token)).rejects.toBeInstanceOf(InvalidTokenError);
  const email = 'ada@example.com';
  const accessToken = await accessTokens.sign({ userId: subject.userId, email, sessionId: subject.sessionId });
  expect(tokens.parse(accessToken)).toBeNull();

  const sign = (key: string | Buffer, message: string): string =>
    `${message}.${createHmac('sha256', key).update(message).digest('base64url')}`;
  expect(tokens.parse(sign(deriveKey(secret, 'refresh-token'), `${ids}.1`))?.counter).toBe(1);
  expect(tokens.parse(sign(secret, `${ids}.1`))).toBeNull();
  const signedPart = accessToken.slice(0, accessToken.lastIndexOf('.'));
  expect((await accessTokens.verify(sign(secret, signedPart))).userId).toBe(subject.userId);
  const withOurKey = sign(deriveKey(secret, 'refresh-token'), signedPart);
  await expect(accessTokens.verify(withOurKey)).rejects.toBeInstanceOf(InvalidTokenError);
});

describe('a rotation of secrets', () => {
  const rotated = createRefreshTokens({ secret: otherSecret, previousSecret: secret });

  test('keeps refresh tokens of the previous secret good, and makes new ones with the current', () => {
    expect(rotated.parse(token)).toEqual(subject);
    expect(createRefreshTokens({ secret: otherSecret }).parse(rotated.format(subject))).toEqual(subject);
    expect(tokens.parse(rotated.format(subject))).toBeNull();
  });

  test('is over when the previous secret is gone', () => {
    expect(createRefreshTokens({ secret: otherSecret }).parse(token)).toBeNull();
    expect(createRefreshTokens({ secret: otherSecret, previousSecret: otherSecret }).parse(token)).toBeNull();
  });
});
