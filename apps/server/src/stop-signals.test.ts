import { describe, expect, test } from 'vitest';
import { createStopListener } from './stop-signals.ts';

/** What a listener calls for signals that come at these milliseconds. */
const listen = (...times: number[]): string[] => {
  const calls: string[] = [];
  let time = 0;
  const actions = { leave: () => calls.push('leave'), endNow: () => calls.push('end') };
  const onSignal = createStopListener(actions, () => time);
  for (time of times) onSignal();
  return calls;
};

describe('signals to stop', () => {
  test('the first one makes the server leave', () => {
    expect(listen(10)).toEqual(['leave']);
  });

  test('repeats within half a second count as the first', () => {
    expect(listen(10, 10, 11, 250, 509)).toEqual(['leave']);
  });

  test('a later one ends the process', () => {
    expect(listen(10, 11, 510)).toEqual(['leave', 'end']);
    expect(listen(10, 60_000)).toEqual(['leave', 'end']);
  });
});
