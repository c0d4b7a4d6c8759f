import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Email, LoginInput, SignupInput, TimeZone, TokenOutput } from './account.ts';

const listRefusals = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

const login = { email: 'ada@example.com', password: 'x' };
const signup = { email: 'ada@example.com', password: 'correct horse' };
const readNewPassword = (password: string): string => SignupInput.parse({ ...signup, password }).password;

describe('Email', () => {
  test('is one address however it is written', () => {
    for (const written of ['ada@example.com', 'Ada@Example.COM', '  ada@example.com\t', '\u00A0ADA@EXAMPLE.COM\n']) {
      expect(Email.parse(written)).toBe('ada@example.com');
    }
  });

  test('keeps what tells addresses apart', () => {
    expect(Email.parse('a.da+docket@mail.example.com')).toBe('a.da+docket@mail.example.com');
  });

  test('has 254 characters at most, spaces around it not counted', () => {
    const longest = `ada@${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.${'w'.repeat(63)}.com`;
    expect(longest).toHaveLength(254);
    expect(Email.parse(`  ${longest}  `)).toBe(longest);
    expect(listRefusals(Email, `b${longest}`)).toEqual(['An e-mail address can have at most 254 characters.']);
  });

  test.each([[''], ['  '], [undefined], [null], [1], [{ at: '@' }]])('asks for one instead of %j', (value) => {
    expect(listRefusals(Email, value)).toEqual(['Enter your e-mail address.']);
  });

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'ada@exa mple.com',
    'ada lovelace@example.com',
    'ada@example.com, bob@example.com',
    'ada@example.com\nbcc:bob@example.com',
    'Ada <ada@example.com>',
    'ada\0@example.com',
    'ada@example.com\0',
    'ad\uD800a@example.com',
  ])('refuses %j', (written) => {
    expect(listRefusals(Email, written)).toEqual(['Enter an e-mail address such as name@example.com.']);
  });
});

describe('a new password', () => {
  test('has 8 to 256 characters, counting an emoji as one', () => {
    for (const password of ['12345678', '🌿'.repeat(8), 'x'.repeat(256), '🌿'.repeat(256)]) {
      expect(readNewPassword(password)).toBe(password);
    }
    for (const password of ['1234567', '🌿'.repeat(7)]) {
      const refusals = listRefusals(SignupInput, { ...signup, password });
      expect(refusals).toEqual(['The password needs at least 8 characters.']);
    }
    for (const password of ['x'.repeat(257), '🌿'.repeat(257)]) {
      const refusals = listRefusals(SignupInput, { ...signup, password });
      expect(refusals).toEqual(['The password can have at most 256 characters.']);
    }
  });

  test('is kept as it is: no trimming, no rules of composition', () => {
    for (const password of [' correct horse ', 'aaaaaaaa', 'ÄÖÜäöüß€']) {
      expect(readNewPassword(password)).toBe(password);
    }
  });

  test('is counted after it was composed', () => {
    const decomposed = 'e\u0301';
    expect(readNewPassword(decomposed.repeat(8))).toBe('é'.repeat(8));
    expect(listRefusals(SignupInput, { ...signup, password: decomposed.repeat(7) })).toHaveLength(1);
    expect(readNewPassword(decomposed.repeat(256))).toBe('é'.repeat(256));
  });
});

describe('a password to sign in with', () => {
  test('is the same on every keyboard (NFC)', () => {
    const [composed, decomposed] = ['caf\u00E9', 'cafe\u0301'];
    expect(LoginInput.parse({ ...login, password: decomposed }).password).toBe(composed);
    expect(LoginInput.parse({ ...login, password: composed }).password).toBe(composed);
    expect(readNewPassword(`${decomposed} ${decomposed}`)).toBe(`${composed} ${composed}`);
  });

  test('may be shorter than a new one', () => {
    expect(LoginInput.parse(login)).toEqual(login);
  });

  test.each([
    ['eight spaces', ' '.repeat(8)],
    ['eight no-break spaces', '\u00A0'.repeat(8)],
    ['eight zero-width spaces', '\u200B'.repeat(8)],
    ['eight accents on nothing', '\u0301'.repeat(8)],
    ['seven letters and a space', 'sesame1 '],
    ['seven letters and what is not seen', 'sesa\u2060me1'],
    ['seven letters, one of them accented thrice', 'sesame1\u0301\u0302\u0303'],
  ])('needs 8 visible characters: %s (ASVS 6.2.1)', (_, password) => {
    const { error } = SignupInput.safeParse({ ...signup, password });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'The password needs at least 8 visible characters; spaces around them do not count.',
    ]);
    expect(LoginInput.parse({ email: signup.email, password }).password).toBe(password.normalize('NFC'));
  });

  test.each([[''], [undefined], [null], [12_345_678]])('asks for one instead of %j', (password) => {
    expect(listRefusals(LoginInput, { ...login, password })).toEqual(['Enter your password.']);
    expect(listRefusals(SignupInput, { ...signup, password })).toEqual(['Enter your password.']);
  });

  test.each(['correct\0horse', 'correct\uD800horse', 'correct horse\uDFFF'])('refuses %j', (password) => {
    const refusals = ['The password contains a character that cannot be stored.'];
    expect(listRefusals(LoginInput, { ...login, password })).toEqual(refusals);
    expect(listRefusals(SignupInput, { ...signup, password })).toEqual(refusals);
  });

  test('cannot make us hash more than 256 characters', () => {
    expect(listRefusals(LoginInput, { ...login, password: 'x'.repeat(257) })).toEqual([
      'The password can have at most 256 characters.',
    ]);
  });
});

describe('TimeZone', () => {
  test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Pacific/Chatham'])(
    'takes %s',
    (timeZone) => {
      expect(TimeZone.parse(timeZone)).toBe(timeZone);
    },
  );

  test.each([
    '',
    'Berlin',
    'Europe/Berlin ',
    'Europe/Atlantis',
    'UTC+1',
    '+01:00',
    '+01',
    '../etc/passwd',
    'Europe/\0Berlin',
  ])('refuses %j', (timeZone) => {
    expect(listRefusals(TimeZone, timeZone)).toContain(
      'Enter a time zone of the IANA database, such as Europe/Berlin.',
    );
  });

  test('refuses more text than any name has', () => {
    expect(listRefusals(TimeZone, 'x'.repeat(65))).toEqual(['The time zone can have at most 64 characters.']);
  });
});

describe('SignupInput', () => {
  test('needs neither a name nor a time zone', () => {
    expect(SignupInput.parse(signup)).toEqual(signup);
  });

  test('trims the name, which has 100 characters at most', () => {
    expect(SignupInput.parse({ ...signup, name: '  Ada Lovelace ' })).toEqual({ ...signup, name: 'Ada Lovelace' });
    expect(SignupInput.parse({ ...signup, name: '🌿'.repeat(100) }).name).toBe('🌿'.repeat(100));
    expect(listRefusals(SignupInput, { ...signup, name: '🌿'.repeat(101) })).toEqual([
      'The name can have at most 100 characters.',
    ]);
    expect(listRefusals(SignupInput, { ...signup, name: 'A\0da' })).toHaveLength(1);
  });
});

describe('objects that are read', () => {
  test.each([
    ['SignupInput', SignupInput, signup],
    ['LoginInput', LoginInput, login],
    ['TokenOutput', TokenOutput, { access_token: 'a.b.c', token_type: 'bearer' }],
  ])('%s has no other key, __proto__ included', (_, schema, good) => {
    expect(schema.safeParse(good).success).toBe(true);
    for (const key of ['userId', 'isAdmin', '__proto__', 'constructor', 'toString', '']) {
      const value: unknown = JSON.parse(`${JSON.stringify(good).slice(0, -1)},${JSON.stringify(key)}:{}}`);
      expect(schema.safeParse(value).error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [key] }]);
    }
  });

  test.each([[null], [undefined], [[]], ['x'], [1]])('%j is no LoginInput', (value) => {
    expect(LoginInput.safeParse(value).success).toBe(false);
  });
});
