import { describe, expect, test } from 'vitest';
import { createOutbox } from './outbox.ts';
import { toId } from './testing/make-task.ts';
import { makeWrite } from './testing/make-write.ts';
import type { Write } from './writes.ts';

const of = (order: number, task: number, failure: Write['failure'] = null): Write =>
  makeWrite(order, { kind: 'update', taskId: toId(task), fields: {} }, failure);
const unplaced = (name: string, task: number): Write => ({ ...of(Infinity, task), writeId: name });
const refusal = { code: 'FORBIDDEN', message: 'No.' };

const fill = (...writes: Write[]) => {
  const outbox = createOutbox();
  for (const write of writes) outbox.put(write);
  return outbox;
};
const names = (writes: readonly Write[]): string[] => writes.map(({ writeId }) => writeId);

describe('the outbox', () => {
  test('has its writes in order, whichever tab tells of them first', () => {
    const outbox = fill(of(3, 1), of(1, 1), of(2, 2));
    expect(names(outbox.all())).toEqual(['write 1', 'write 2', 'write 3']);
    expect(names(outbox.ofTask(toId(1)))).toEqual(['write 1', 'write 3']);
  });

  test('has what is not stored yet at the end, in the order in which it was made', () => {
    const outbox = fill(unplaced('a', 1), unplaced('b', 1), of(1, 1));
    expect(names(outbox.all())).toEqual(['write 1', 'a', 'b']);
    outbox.put({ ...unplaced('a', 1), order: 2 });
    expect(names(outbox.all())).toEqual(['write 1', 'a', 'b']);
    outbox.put(of(3, 1));
    expect(names(outbox.all())).toEqual(['write 1', 'a', 'write 3', 'b']);
  });

  test('has one write of an id', () => {
    const outbox = fill(of(1, 1), of(1, 1, refusal));
    expect(outbox.all()).toEqual([of(1, 1, refusal)]);
    expect(outbox.remove('write 1')).toEqual(of(1, 1, refusal));
    expect(outbox.remove('write 1')).toBeUndefined();
    expect([outbox.all(), outbox.ofTask(toId(1))]).toEqual([[], []]);
  });

  test('sends in order, but passes by a task of which a write was refused', () => {
    const outbox = fill(of(1, 1, refusal), of(2, 1), of(3, 2), of(4, 3));
    expect(outbox.next(() => true)?.writeId).toBe('write 3');
    outbox.put(of(1, 1));
    expect(outbox.next(() => true)?.writeId).toBe('write 1');
  });

  test('passes by what another tab has to send, and what follows it for the same task', () => {
    const outbox = fill(of(1, 1), of(2, 2), of(3, 1), of(4, 2));
    expect(outbox.next(({ order }) => order > 2)).toBeUndefined();
    outbox.remove('write 2');
    expect(outbox.next(({ order }) => order > 2)?.writeId).toBe('write 4');
  });
});
