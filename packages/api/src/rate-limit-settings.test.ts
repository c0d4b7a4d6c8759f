import { describe, expect, test } from 'vitest';
import { DEFAULT_RATE_LIMITS, RATE_LIMIT_NAMES, readRateLimits } from './rate-limit-settings.ts';
import { SettingsError } from './settings-list.ts';

const readFault = (text: string): string => {
  try {
    readRateLimits(text);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'no fault';
};

describe('readRateLimits', () => {
  test('has limits unless told otherwise (ASVS 6.3.1)', () => {
    expect(readRateLimits(undefined)).toEqual(DEFAULT_RATE_LIMITS);
    expect(Object.values(DEFAULT_RATE_LIMITS)).not.toContain(null);
    expect(DEFAULT_RATE_LIMITS.loginPair).toEqual({ points: 10, seconds: 900 });
  });

  test('turns all of them off', () => {
    const off = readRateLimits(' off ');
    expect(Object.keys(off)).toEqual([...RATE_LIMIT_NAMES]);
    expect(new Set(Object.values(off))).toEqual(new Set([null]));
    expect(DEFAULT_RATE_LIMITS.reads).not.toBeNull();
  });

  test('changes what it names and keeps the rest', () => {
    expect(readRateLimits(' signup = 5 / 60 ,reads=off,refresh=1000000/86400')).toEqual({
      ...DEFAULT_RATE_LIMITS,
      signup: { points: 5, seconds: 60 },
      reads: null,
      refresh: { points: 1_000_000, seconds: 86_400 },
    });
    expect(readRateLimits('writes=1/1').writes).toEqual({ points: 1, seconds: 1 });
  });

  test.each([
    ['', /^must be off or a list of .* entry 1 is neither$/],
    ['on', /entry 1 is neither/],
    ['off,off', /entry 1 is neither/],
    ['reads=1/1,', /entry 2 is neither/],
    ['reads=1/1,,writes=1/1', /entry 2 is neither/],
    ['reads=1/1;writes=1/1', /^has no usable numbers for reads/],
    ['read=1/1', /^names no limit in entry 1; the names are loginPair, .*, writes, reads$/],
    ['signup=1/1, READS=1/1', /^names no limit in entry 2/],
    ['=1/1', /^names no limit in entry 1/],
    ['__proto__=1/1', /^names no limit in entry 1/],
    ['constructor=off', /^names no limit in entry 1/],
    ['reads=1/1,reads=1/1', /^names reads twice/],
    ['reads=off, reads = off', /^names reads twice/],
    ['reads', /entry 1 is neither/],
    ['reads=', /^has no usable numbers for reads: write reads=points\/seconds, .* or reads=off$/],
    ['reads=60', /^has no usable numbers for reads/],
    ['reads=0/60', /^has no usable numbers for reads/],
    ['reads=60/0', /^has no usable numbers for reads/],
    ['reads=-1/60', /^has no usable numbers for reads/],
    ['reads=1.5/60', /^has no usable numbers for reads/],
    ['reads=1e3/60', /^has no usable numbers for reads/],
    ['reads=1/2/3', /^has no usable numbers for reads/],
    ['reads=1000001/60', /^has no usable numbers for reads/],
    ['reads=60/86401', /^has no usable numbers for reads/],
    [`reads=${'9'.repeat(400)}/60`, /^has no usable numbers for reads/],
    ['reads=Infinity/60', /^has no usable numbers for reads/],
    ['reads=OFF', /^has no usable numbers for reads/],
    ['reads=1/60=2', /^has no usable numbers for reads/],
  ])('refuses %j', (text, fault) => {
    expect(readFault(text)).toMatch(fault);
  });

  test('repeats nothing of what it refuses but names it knows', () => {
    for (const text of ['Zanzibar', 'Zanzibar=1/1', 'reads=Zanzibar', 'reads=1/1,reads=Zanzibar']) {
      expect(readFault(text)).not.toContain('Zanzibar');
    }
  });
});
