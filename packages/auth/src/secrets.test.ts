import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { findSecretFault } from './secrets.ts';

test.each(['', 'secret', 'changeme', 'your-256-bit-secret', randomBytes(23).toString('base64url'), 'ü'.repeat(15)])(
  'a secret of fewer than 32 bytes is refused (RFC 7518 3.2): %j',
  (secret) => expect(findSecretFault(secret)).toBe('has fewer than 32 bytes'),
);

test.each([
  ...['a', 'ü', '0123456789', 'secret', 'changeme', '0123456789abcdef', 'correct horse '].map((text) =>
    text.repeat(32),
  ),
  'abcabcdabcdeabcdefabcdefgabcdefgh',
  '12345678901234567890123456789012',
])('a secret of too little variety is refused: %s', (secret) => {
  expect(findSecretFault(secret)).toBe('repeats too few characters');
});

test.each([
  'a-string-secret-at-least-256-bits-long',
  'A_STRING_SECRET_AT_LEAST_256_BITS_LONG',
  'your-256-bit-secret-your-256-bit-secret',
  'your-256-bit-secret0000000000000',
  'your-256-bit-secret-xxxxxxxxxxxxxxxxxxxx',
  'super-secret-jwt-token-with-at-least-32-characters-long',
  'your-super-secret-jwt-key-change-this-in-production',
  'please-change-me-please-change-me!!',
  'mysupersecretkeythatisatleast32characterslong',
  'abcdefghijklmnopqrstuvwxyz123456',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
  'qwertyuiopasdfghjklzxcvbnm123456',
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  // What stands in docker-compose.yml and README.md.
  'set it to 32 random bytes or more',
  `$(node -p "require('crypto').randomBytes(48).toString('base64url')")`,
])('a well-known secret is refused: %s', (secret) => {
  expect(findSecretFault(secret)).toBe('is a well-known example');
});

test.each([
  'correct horse battery staple wood',
  'orange window guitar mountain sun',
  'a secret for the tests of the client',
  'пароль для подписи',
  '🌿🌵🌲🌳🌴🌱🌾🍀🍁🍂',
])('a passphrase is good: %s', (secret) => expect(findSecretFault(secret)).toBeNull());

test('a thousand random secrets are good, in every usual spelling', () => {
  for (let count = 0; count < 1_000; count += 1) {
    const secrets = [
      randomBytes(48).toString('base64url'),
      randomBytes(32).toString('base64'),
      randomBytes(24).toString('base64'),
      randomBytes(32).toString('hex'),
    ];
    for (const secret of secrets) expect(findSecretFault(secret)).toBeNull();
  }
});

test('a good secret may be repeated', () => {
  expect(findSecretFault(randomBytes(24).toString('base64url').repeat(2))).toBeNull();
});
