import { randomBytes } from 'node:crypto';
import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, test } from 'vitest';
import { createPasswordRules } from './password-rules.ts';

const EMAIL = 'ada.lovelace@example.com';
const rules = createPasswordRules({ hasBlocklist: true });

describe('a common password', () => {
  test.each(['password', 'password1', 'Password1', 'PASSWORD', '12345678', 'iloveyou1', '1q2w3e4r', 'p@ssw0rd'])(
    '%s is refused, whatever its case (ASVS 6.2.4)',
    (password) => {
      expect(rules.findFault(password, EMAIL)).toBe(
        'This password is one of the most common ones, which are tried first. ' +
          'Choose another, such as a few unrelated words.',
      );
    },
  );

  test.each(['password ', ' password', '\u00A0password1\u2003', 'pass\u200Bword', 'iloveyou1\u0000', ' aaaaaaaa '])(
    '%j is refused for what can be seen of it (ASVS 6.2.4)',
    (password) => expect(rules.findFault(password, EMAIL)).toMatch(/common/),
  );

  test('is refused for being one of more than 3,000 of eight characters and more (ASVS 6.2.4)', () => {
    const long = dictionary['passwords-common'].filter((password) => password.length >= 8);
    expect(long.length).toBeGreaterThan(3_000);
    for (const password of long) expect(rules.findFault(password.toUpperCase(), EMAIL)).toMatch(/common/);
  });

  test.each(['aaaaaaaa', '00000000', 'AAAAAAAAAAAA', 'abababab', '121212121212', 'qweqweqwe', 'x1y2x1y2'])(
    '%s is refused as a repetition',
    (password) => expect(rules.findFault(password, EMAIL)).toMatch(/common/),
  );

  test.each(['abcdefgh', 'zyxwvuts', '87654321', '0987654321', '01234567', 'poiuytre', 'zxcvbnm,'])(
    '%s is refused as a sequence',
    (password) => {
      expect(rules.findFault(password, EMAIL)).toMatch(/common/);
    },
  );
});

describe('a password made of the e-mail address', () => {
  test.each([
    [EMAIL, EMAIL],
    ['ADA.Lovelace@Example.com', EMAIL],
    ['ada.lovelace@example.com1', EMAIL],
    ['my ada.lovelace@example.com', EMAIL],
    ['ada.lovelace', EMAIL],
    ['Ada Lovelace', EMAIL],
    ['adalovelace1815', EMAIL],
    ['!!ada_lovelace!!', EMAIL],
    ['1234ada1', 'ada@example.com'],
    ['ada1ada2', 'ada@example.com'],
    ['ada12345', 'ada+docket@example.com'],
    ['AdaDocket1', 'ada+docket@example.com'],
    ['Ünal-Åberg1', 'ünal.åberg@example.com'],
  ])('%s is refused for %s (ASVS 6.2.11)', (password, email) => {
    expect(rules.findFault(password, email)).toBe(
      'This password is too close to your e-mail address. ' +
        'Choose one that has nothing to do with it, such as a few unrelated words.',
    );
    expect(rules.findFault(password, 'grace@example.org')).toBeNull();
  });

  test.each([
    ['canada goose', 'ada@example.com'],
    ['ada in wonderland', 'ada@example.com'],
    ['ada 8361 9274', 'ada@example.com'],
    ['ada@example.com batteries', 'ada@example.com'],
    ['{[(<>)]}', '_@example.com'],
    ['correct horse battery', ''],
  ])('%s is good for %s, as there is enough besides', (password, email) => {
    expect(rules.findFault(password, email)).toBeNull();
  });
});

describe('any other password is good (ASVS 6.2.5)', () => {
  test.each([
    'correct horse battery',
    'correct horse battery staple',
    'Testing123!',
    'dragon fruit salad',
    'caf\u00e9 au lait',
    'xkqvtzpw',
    'ZKQWVNXP',
    '83619274',
    '{[(<>)]}',
    '🌿'.repeat(8),
    'x'.repeat(64),
    'x'.repeat(256),
  ])('%s', (password) => expect(rules.findFault(password, EMAIL)).toBeNull());

  test('a thousand random ones', () => {
    for (let count = 0; count < 1_000; count += 1) {
      expect(rules.findFault(randomBytes(9).toString('base64url'), EMAIL)).toBeNull();
    }
  });
});

test('nothing is refused without the blocklist', () => {
  const free = createPasswordRules({ hasBlocklist: false });
  for (const password of ['password1', 'aaaaaaaa', EMAIL]) {
    expect(rules.findFault(password, EMAIL)).not.toBeNull();
    expect(free.findFault(password, EMAIL)).toBeNull();
  }
});
