import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createMac, deriveKey } from './derived-keys.ts';

const PURPOSES = ['refresh-token', 'password-reset', 'email-change', 'email-digest'] as const;
const secret = 'correct horse battery staple wood';
const otherSecret = 'orange window guitar mountain sun';

const hmac = (key: string | Buffer, ...message: (string | Buffer)[]): Buffer =>
  createHmac('sha256', key)
    .update(Buffer.concat(message.map((part) => Buffer.from(part))))
    .digest();

test.each(PURPOSES)('the key for %s is what RFC 5869 makes of the secret', (purpose) => {
  const extracted = hmac(Buffer.alloc(32), secret);
  expect(deriveKey(secret, purpose)).toEqual(hmac(extracted, purpose, Buffer.from([1])));
});

test('every purpose and every secret has a key of its own', () => {
  const keys = PURPOSES.flatMap((purpose) => [deriveKey(secret, purpose), deriveKey(otherSecret, purpose)]);
  const spelled = [...keys.map((key) => key.toString('hex')), Buffer.from(secret).toString('hex')];
  expect(new Set(spelled).size).toBe(2 * PURPOSES.length + 1);
  for (const key of keys) expect(key).toHaveLength(32);
});

test('a message is good with its own HMAC only', () => {
  const mac = createMac({ secret }, 'refresh-token');
  const signed = mac.sign('message');
  expect(signed).toEqual(hmac(deriveKey(secret, 'refresh-token'), 'message'));
  expect(mac.verify('message', signed)).toBe(true);
  expect(mac.verify('massage', signed)).toBe(false);
  expect(mac.verify('message', mac.sign('massage'))).toBe(false);
  expect(createMac({ secret }, 'email-change').verify('message', signed)).toBe(false);
  expect(createMac({ secret: otherSecret }, 'refresh-token').verify('message', signed)).toBe(false);
});

test('the previous secret verifies, but no longer signs', () => {
  const rotated = createMac({ secret: otherSecret, previousSecret: secret }, 'refresh-token');
  expect(rotated.verify('message', createMac({ secret }, 'refresh-token').sign('message'))).toBe(true);
  expect(rotated.sign('message')).toEqual(createMac({ secret: otherSecret }, 'refresh-token').sign('message'));
});
