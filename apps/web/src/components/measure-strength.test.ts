import { describe, expect, test } from 'vitest';
import { measureStrength } from './measure-strength.ts';

describe('measureStrength', () => {
  test.each([
    ['password1', 0],
    ['qwertyuiop', 0],
    ['liverpool fans', 2],
    ['correct horse battery', 4],
  ])('%s', (password, score) => {
    expect(measureStrength(password, []).score).toBe(score);
  });

  test('tells what makes a weak one weak, and nothing of a strong one', () => {
    expect(measureStrength('password', []).warning).toBe('This is one of the most common passwords.');
    expect(measureStrength('2024-05-12', []).warning).toBe('Dates are easy to guess.');
    expect(measureStrength('correct horse battery', []).warning).toBeNull();
  });

  test('counts what is known of the owner as known', () => {
    const known = ['Ada Lovelace', 'ada@example.com'];
    expect(measureStrength('ada@example.com', known).score).toBeLessThanOrEqual(1);
    expect(measureStrength('lovelaceada', known).score).toBeLessThan(measureStrength('lovelaceada', []).score);
  });

  test('measures what is very long', () => {
    expect(measureStrength('kJ8#mP2$vL9@'.repeat(20), []).score).toBe(4);
  });
});
