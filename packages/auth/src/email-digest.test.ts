import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveKey } from './derived-keys.ts';
import { createEmailDigest } from './email-digest.ts';

const secret = 'correct horse battery staple wood';
const digestEmail = createEmailDigest({ secret });

test('an address has one digest, and no other has the same', () => {
  const digest = digestEmail('ada@example.com');
  expect(digest).toMatch(/^[\w-]{43}$/);
  expect(createEmailDigest({ secret })('ada@example.com')).toBe(digest);
  for (const email of ['bob@example.com', 'ada@example.co', 'Ada@example.com', '']) {
    expect(digestEmail(email)).not.toBe(digest);
  }
});

test('nobody can compute a digest without the secret', () => {
  const digest = digestEmail('ada@example.com');
  expect(digest).toBe(
    createHmac('sha256', deriveKey(secret, 'email-digest')).update('ada@example.com').digest('base64url'),
  );
  expect(digest).not.toBe(createHash('sha256').update('ada@example.com').digest('base64url'));
  expect(createEmailDigest({ secret: 'another secret' })('ada@example.com')).not.toBe(digest);
});
