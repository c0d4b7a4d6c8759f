import { describe, expect, test } from 'vitest';
import { sayAgo, sayDay, sayLeft, sayTime } from './dates.ts';

/** By the clock of whoever runs the tests, as people would read it. */
const at = (text: string): string => new Date(text).toISOString();
const NOW = new Date('2026-03-18T15:00:00');

describe('sayDay', () => {
  test.each([
    ['2026-03-18T00:00:00', 'Today'],
    ['2026-03-17T23:59:59', 'Yesterday'],
    ['2026-03-16T12:00:00', 'Monday'],
    ['2026-03-12T00:00:00', 'Thursday'],
    ['2026-03-11T23:59:59', '11 Mar'],
    ['2025-12-03T12:00:00', '3 Dec 2025'],
  ])('%s', (instant, said) => {
    expect(sayDay(at(instant), NOW)).toBe(said);
  });
});

describe('sayAgo', () => {
  test.each([
    ['2026-03-18T15:10:00', 'just now'],
    ['2026-03-18T15:00:00', 'just now'],
    ['2026-03-18T14:55:01', 'just now'],
    ['2026-03-18T14:55:00', '5 minutes ago'],
    ['2026-03-18T14:00:01', '59 minutes ago'],
    ['2026-03-18T14:00:00', '1 hour ago'],
    ['2026-03-18T03:00:01', '11 hours ago'],
    ['2026-03-18T03:00:00', `today at ${sayTime(at('2026-03-18T03:00:00'))}`],
    ['2026-03-17T15:00:00', `yesterday at ${sayTime(at('2026-03-17T15:00:00'))}`],
    ['2026-03-16T12:00:00', `on Monday at ${sayTime(at('2026-03-16T12:00:00'))}`],
    ['2026-03-11T12:00:00', 'on 11 Mar'],
    ['2025-12-03T12:00:00', 'on 3 Dec 2025'],
  ])('%s', (instant, said) => {
    expect(sayAgo(at(instant), NOW)).toBe(said);
  });
});

describe('sayLeft', () => {
  const now = new Date(2026, 10, 21, 15, 0);
  test.each([
    ['what is past', new Date(2026, 10, 20, 23, 59), 'today'],
    ['later today', new Date(2026, 10, 21, 23, 59), 'today'],
    ['just after midnight', new Date(2026, 10, 22, 0, 1), 'tomorrow'],
    ['the day after', new Date(2026, 10, 23, 0, 1), 'in 2 days'],
    ['30 days from now', new Date(2026, 11, 21, 15, 0), 'in 30 days'],
  ])('%s', (_, instant, said) => {
    expect(sayLeft(instant.toISOString(), now)).toBe(said);
  });
});
