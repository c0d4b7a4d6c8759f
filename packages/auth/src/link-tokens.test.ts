import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAccessTokens, InvalidTokenError } from './access-tokens.ts';
import { deriveKey } from './derived-keys.ts';
import { createLinkTokens, type LinkPurpose } from './link-tokens.ts';
import { createRefreshTokens } from './refresh-tokens.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const PURPOSES: LinkPurpose[] = ['password-reset', 'email-change'];

const secret = randomBytes(48).toString('base64url');
const otherSecret = randomBytes(48).toString('base64url');
const tokens = createLinkTokens({ secret });
const subject = { userId: randomUUID(), linkId: randomUUID() };
const token = tokens.format({ purpose: 'password-reset', ...subject });
const ids = Buffer.from((subject.userId + subject.linkId).replaceAll('-', ''), 'hex');

describe.each(PURPOSES)('a link token for %s', (purpose) => {
  test('is the ids and an HMAC with its own key, fit for a link', () => {
    const mac = createHmac('sha256', deriveKey(secret, purpose)).update(ids).digest();
    const made = tokens.format({ purpose, ...subject });
    expect(made).toBe(Buffer.concat([ids, mac]).toString('base64url'));
    expect(made).toMatch(/^[\w-]{86}$/);
  });

  test('says again what it was made of', () => {
    for (let count = 0; count < 200; count += 1) {
      const made = { userId: randomUUID(), linkId: randomUUID() };
      expect(tokens.parse(purpose, tokens.format({ purpose, ...made }))).toEqual(made);
    }
  });

  test('is good for no other purpose (ASVS 9.2.2)', () => {
    const made = tokens.format({ purpose, ...subject });
    expect(PURPOSES.filter((other) => tokens.parse(other, made) !== null)).toEqual([purpose]);
  });

  test('is not made of what is no id', () => {
    expect(() => tokens.format({ purpose, ...subject, userId: 'ada' })).toThrow(TypeError);
    expect(() => tokens.format({ purpose, ...subject, linkId: '' })).toThrow(TypeError);
  });
});

describe('parse answers null for', () => {
  test('a token with any one character changed, left out or added', () => {
    for (let index = 0; index < token.length; index += 1) {
      for (const character of `${ALPHABET}.=+/ `) {
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        if (changed !== token) expect(tokens.parse('password-reset', changed)).toBeNull();
        const longer = token.slice(0, index) + character + token.slice(index);
        expect(tokens.parse('password-reset', longer)).toBeNull();
      }
      expect(tokens.parse('password-reset', token.slice(0, index) + token.slice(index + 1))).toBeNull();
    }
    expect(tokens.parse('password-reset', token)).toEqual(subject);
  });

  test('the other spellings of the same bytes', () => {
    const bytes = Buffer.from(token, 'base64url');
    const spellings = Array.from(ALPHABET, (last) => token.slice(0, -1) + last).filter(
      (spelled) => spelled !== token && Buffer.from(spelled, 'base64url').equals(bytes),
    );
    expect(spellings).toHaveLength(15);
    for (const spelled of spellings) expect(tokens.parse('password-reset', spelled)).toBeNull();
  });

  test.each([` ${token}`, `${token}\n`, `${token}=`, `${token}.`, `#token=${token}`, '', '.', '\0', '\uD800'])(
    '%j',
    (text) => expect(tokens.parse('password-reset', text)).toBeNull(),
  );

  test('86 characters that say nothing', () => {
    for (const text of ['A'.repeat(86), 'ü'.repeat(86), randomBytes(64).toString('base64url')]) {
      expect(tokens.parse('password-reset', text)).toBeNull();
    }
  });

  test('a text of ten million characters', () => {
    expect(tokens.parse('password-reset', 'A'.repeat(10_000_000))).toBeNull();
    expect(tokens.parse('password-reset', token + 'A'.repeat(10_000_000))).toBeNull();
  });
});

test('a link token is never good as a bearer or refresh token, nor the reverse (ASVS 9.2.2)', async () => {
  const accessTokens = await createAccessTokens({ secret });
  const refreshTokens = createRefreshTokens({ secret });
  const session = { userId: subject.userId, sessionId: subject.linkId };
  const foreign = [
    await accessTokens.sign({ ...session, email: 'ada@example.com' }),
    refreshTokens.format({ ...session, parent: 0, counter: 0 }),
    ...[createHmac('sha256', secret), createHmac('sha256', deriveKey(secret, 'refresh-token'))].map((hmac) =>
      Buffer.concat([ids, hmac.update(ids).digest()]).toString('base64url'),
    ),
  ];
  for (const purpose of PURPOSES) {
    const made = tokens.format({ purpose, ...subject });
    await expect(accessTokens.verify(made)).rejects.toBeInstanceOf(InvalidTokenError);
    expect(refreshTokens.parse(made)).toBeNull();
    for (const other of foreign) expect(tokens.parse(purpose, other)).toBeNull();
  }
});

test('a rotation of secrets keeps links of the previous secret good, and makes new ones with the current', () => {
  const rotated = createLinkTokens({ secret: otherSecret, previousSecret: secret });
  const current = createLinkTokens({ secret: otherSecret });
  expect(rotated.parse('password-reset', token)).toEqual(subject);
  expect(rotated.parse('email-change', token)).toBeNull();
  expect(current.parse('password-reset', token)).toBeNull();
  const made = rotated.format({ purpose: 'password-reset', ...subject });
  expect(current.parse('password-reset', made)).toEqual(subject);
  expect(tokens.parse('password-reset', made)).toBeNull();
});
