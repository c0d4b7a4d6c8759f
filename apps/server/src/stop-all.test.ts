import { expect, test } from 'vitest';
import { stopAll } from './stop-all.ts';

test('what was started last stops first, and one that fails keeps no other from it', async () => {
  const calls: string[] = [];
  const failures: unknown[] = [];
  const failed = new Error('it does not stop');
  const stops = [
    () => void calls.push('database'),
    () => Promise.reject(failed),
    () => {
      calls.push('mail');
      throw failed;
    },
    async () => {
      await Promise.resolve();
      calls.push('server');
    },
  ];
  await stopAll(stops, (error) => failures.push(error));
  expect(calls).toEqual(['server', 'mail', 'database']);
  expect(failures).toEqual([failed, failed]);
});
