import { describe, expect, test } from 'vitest';
import { listCallableProcedures } from '../testing/index.ts';

const MAX_BYTES = 128 * 1024;
const MAX_CPU_MS = 100;

/** As much of the text as a request can carry. */
const fill = (...parts: readonly string[]): string =>
  parts.map((part) => part.repeat(Math.floor(MAX_BYTES / parts.length / Buffer.byteLength(part)))).join('');

/** What regular expressions, normal forms and counters are slowest at. */
const HEAVY_TEXTS: readonly (readonly [string, string])[] = [
  ['combining marks in the wrong order', fill('\u0344', '\u0323')],
  ['one letter under ever more marks', `a${fill('\u0301', '\u0316')}`],
  ['zalgo', fill('Z\u0351\u036b\u0343\u0362\u0321\u0327')],
  ['what decomposes the most', fill('\u0390\ufb2c\ufdfa')],
  ['Hangul jamo', fill('\u1112\u1161\u11ab')],
  ['spaces', `x${fill(' ')}x`],
  ['spaces of every kind', `x${fill('\u00a0', '\u2003', '\u3000', '\t', '\n')}x`],
  ['quotes', fill('"')],
  ['backslashes', fill('\\')],
  ['emoji', fill('👩‍👩‍👧‍👦')],
  ['lone surrogates', '\ud800'.repeat(MAX_BYTES / 2)],
  ['the beginnings of addresses', fill('a@')],
  ['an address of many dots', `${fill('a.')}@${fill('a.')}`.slice(0, MAX_BYTES)],
  ['an address without an end', `a@${fill('a-')}`],
  ['dots', fill('.')],
  ['dashes', fill('-')],
  ['digits', fill('1')],
  ['underscores', fill('_')],
  ['a cursor of many parts', `2026-11-21T08:30:00.000Z${fill('_x')}`],
  ['capitals that grow in lower case', fill('İ')],
];

const measureCpuMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

describe.each(HEAVY_TEXTS)('128 KiB of text: %s', (_, text) => {
  test('costs no procedure more than 100 ms of CPU time, whichever fields hold it', () => {
    const slow = listCallableProcedures().flatMap(({ name, input, makeInput, textFields }) => {
      const heavy = Object.fromEntries(textFields.map((field) => [field, text]));
      const cost = measureCpuMs(() => input?.safeParse({ ...makeInput(), ...heavy }));
      return cost > MAX_CPU_MS ? [`${name}: ${cost} ms`] : [];
    });
    expect(slow).toEqual([]);
  });
});
