import { describe, expect, test } from 'vitest';
import { readAddressKey, readSiteKey } from './address-key.ts';

describe('readAddressKey', () => {
  test.each<[string | null, string]>([
    ['203.0.113.7', '203.0.113.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['::ffff:203.0.113.7%eth0', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8:0:0:1::1', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['fe80::2%25', 'fe80::/64'],
    ['::1', '::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b::/64'],
    [null, 'unknown'],
    ['', 'unknown'],
    ['%', 'unknown'],
    ['unknown', 'unknown'],
    ['localhost', 'unknown'],
    ['127.1', 'unknown'],
    ['0x7f.0.0.1', 'unknown'],
    ['2130706433', 'unknown'],
    ['203.0.113.256', 'unknown'],
    ['203.0.113.7:443', 'unknown'],
    ['203.0.113.7, 198.51.100.1', 'unknown'],
    ['203.0.113.7/24', 'unknown'],
    ['[2001:db8::1]', 'unknown'],
    ['2001:db8::1::2', 'unknown'],
    ['2001:db8:1:2:3:4:5:6:7', 'unknown'],
    ['1'.repeat(10_000), 'unknown'],
  ])('counts %j as %s', (address, key) => {
    expect(readAddressKey(address)).toBe(key);
  });
});

describe('readSiteKey', () => {
  test.each<[string | null, string | null]>([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001:ffff::', '2001:db8:1::/48'],
    ['2001:db8:0:0:1::1', '2001:db8::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['::ffff:203.0.113.7', null],
    ['203.0.113.7', null],
    ['unknown', null],
    [null, null],
  ])('counts the site of %j as %s', (address, key) => {
    expect(readSiteKey(address)).toBe(key);
  });
});
