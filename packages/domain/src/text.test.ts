import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Id, KeysetInstant, Text, VisibleText } from './text.ts';

const listRefusals = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

const Line = Text('The line', 10);
const Heading = VisibleText('The heading', 500);

const NEEDS_VISIBLE = 'The heading needs at least one visible character.';
const UNSTORABLE = 'The line contains a character that cannot be stored.';

describe('Text', () => {
  test('is taken as it is written, spaces and all', () => {
    for (const text of ['', ' a ', '\ta\r\n', 'e\u0301', '\u200B']) expect(Line.parse(text)).toBe(text);
  });

  test.each([
    ['letters', 'x'],
    ['emoji of two code units', '🌿'],
    ['combining marks', '\u0301'],
  ])('counts %s as code points', (_, character) => {
    expect(Line.parse(character.repeat(10))).toBe(character.repeat(10));
    expect(listRefusals(Line, character.repeat(11))).toEqual(['The line can have at most 10 characters.']);
  });

  test('says only that it is too long when it could not be stored either', () => {
    expect(listRefusals(Line, '\0'.repeat(11))).toEqual(['The line can have at most 10 characters.']);
  });

  test('writes thousands as people read them', () => {
    expect(listRefusals(Text('It', 1_000), 'x'.repeat(1_001))).toEqual(['It can have at most 1,000 characters.']);
  });

  test.each([
    ['NUL', 'a\0b'],
    ['a high surrogate without its low one', 'a\uD83C'],
    ['a low surrogate without its high one', '\uDF3Fa'],
    ['surrogates in the wrong order', '\uDF3F\uD83C'],
  ])('refuses %s', (_, text) => {
    expect(listRefusals(Line, text)).toEqual([UNSTORABLE]);
  });

  test.each([[undefined], [null], [1], [true], [['a']], [{}]])('refuses %j, which is no text', (value) => {
    expect(listRefusals(Line, value)).toEqual(['The line must be text.']);
  });
});

describe('VisibleText', () => {
  const invisible = Array.from(
    [
      ' \t\r\n\v\f\u0001\u007F',
      '\u00A0\u1680\u2003\u2028\u2029\u3000\uFEFF',
      '\u00AD\u034F\u061C\u115F\u180E\u200B\u200D\u200E\u2060\u2800\u3164\uFE0F\uFFA0',
      '\u{1D173}\u{E0041}\u{E0100}',
    ].join(''),
  );

  test.each([
    ['Latin letters', 'a'],
    ['a digit', '0'],
    ['a full stop', '.'],
    ['an emoji', '🌿'],
    ['an emoji joined of several', '👩‍👩‍👧'],
    ['Arabic', 'مهمة'],
    ['Chinese', '事'],
    ['Hangul', '일'],
  ])('sees %s', (_, text) => {
    expect(Heading.parse(text)).toBe(text);
  });

  test.each(invisible.map((character) => [`U+${character.codePointAt(0)?.toString(16)}`, character]))(
    'does not see %s, however often',
    (_, character) => {
      expect(listRefusals(Heading, character)).toEqual([NEEDS_VISIBLE]);
      expect(listRefusals(Heading, character.repeat(500))).toEqual([NEEDS_VISIBLE]);
      expect(Heading.parse(`.${character}.`)).toBe(`.${character}.`);
    },
  );

  test('refuses every mixture of invisible characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...invisible), maxLength: 500 }), (text) => {
        expect(listRefusals(Heading, text)).toEqual([NEEDS_VISIBLE]);
      }),
    );
  });

  test('takes any well-formed text of up to 500 characters with a visible letter, and trims it', () => {
    const wellFormed = fc
      .oneof(fc.integer({ min: 1, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
      .map((codePoint) => String.fromCodePoint(codePoint));
    const character = fc.oneof(
      { weight: 3, arbitrary: wellFormed },
      { weight: 1, arbitrary: fc.constantFrom(...invisible) },
    );
    const side = (maxLength: number) => fc.string({ unit: character, maxLength, size: 'max' });
    const letter = fc.stringMatching(/^[A-Za-z]$/);
    fc.assert(
      fc.property(side(250), letter, side(249), (before, visible, after) => {
        const text = before + visible + after;
        const taken = Heading.parse(text);
        expect(taken).toBe(text.trim());
        expect(taken).toMatch(/^\S/);
        expect(taken).toMatch(/\S$/);
        expect(taken).toContain(visible);
      }),
    );
  });

  test('counts what is left after trimming', () => {
    expect(Heading.parse(`  ${'🌿'.repeat(500)}\n`)).toBe('🌿'.repeat(500));
    expect(listRefusals(Heading, '🌿'.repeat(501))).toEqual(['The heading can have at most 500 characters.']);
  });

  test.each(['a\0b', 'a\uD800b', 'a\uDC00'])('refuses %j, which cannot be stored', (text) => {
    expect(listRefusals(Heading, text)).toEqual(['The heading contains a character that cannot be stored.']);
  });
});

describe('Id', () => {
  test('is answered in lower case', () => {
    expect(Id.parse('018F2C6E-7D1A-7C3B-9A52-3F1D8F0E6B11')).toBe('018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11');
    expect(Id.parse('018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11')).toBe('018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11');
  });

  test.each([
    '',
    '1',
    '018f2c6e7d1a7c3b9a523f1d8f0e6b11',
    '{018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11}',
    'urn:uuid:018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11',
    ' 018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11',
    '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11\n',
    '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b1g',
    '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b111',
  ])('refuses %j', (id) => {
    expect(listRefusals(Id, id)).toEqual(['An id must be a UUID, such as 018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11.']);
  });
});

describe('KeysetInstant', () => {
  test.each(['1970-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
    'takes %s',
    (instant) => {
      expect(KeysetInstant.parse(instant)).toBe(instant);
    },
  );

  test.each([
    '1969-12-31T23:59:59.999Z',
    '0000-01-01T00:00:00.000Z',
    '-000001-01-01T00:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
    '2026-02-29T00:00:00.000Z',
    '2026-02-30T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-11-21T24:00:00.000Z',
    '2026-11-21T08:60:00.000Z',
    '2026-11-21T08:30:60.000Z',
    '2026-11-21T08:30:00Z',
    '2026-11-21T08:30:00.0000Z',
    '2026-11-21T08:30:00.000',
    '2026-11-21T08:30:00.000+00:00',
    '2026-11-21 08:30:00.000Z',
    '2026-11-21T08:30:00.000Z\n',
    '2026-11-21',
    'infinity',
    'now',
    '',
  ])('refuses %j', (instant) => {
    expect(KeysetInstant.safeParse(instant).success).toBe(false);
  });
});
