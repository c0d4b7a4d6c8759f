import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { formatUuid, readUuidBytes } from './uuid-bytes.ts';

test('a UUID and its 16 bytes belong together (RFC 9562)', () => {
  const uuid = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
  const bytes = Buffer.from('017f22e279b07cc398c4dc0c0c07398f', 'hex');
  expect(readUuidBytes(uuid)).toEqual(bytes);
  expect(formatUuid(bytes)).toBe(uuid);
  for (const random of Array.from({ length: 100 }, () => randomUUID())) {
    expect(formatUuid(readUuidBytes(random))).toBe(random);
  }
});

test.each(['', 'x', '017f22e2-79b0-7cc3-98c4-dc0c0c07398', '017f22e2-79b0-7cc3-98c4-dc0c0c0739xx', 'ü'.repeat(32)])(
  '%j is no UUID',
  (text) => expect(() => readUuidBytes(text)).toThrow(TypeError),
);
