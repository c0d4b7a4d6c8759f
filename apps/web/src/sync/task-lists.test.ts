import { describe, expect, test } from 'vitest';
import { layOver, type ShownTask } from './lay-over.ts';
import { compareAge, createTaskLists } from './task-lists.ts';
import { makeTask, toId } from './testing/make-task.ts';

const show = (index: number, fields: Partial<ShownTask> = {}): ShownTask => {
  const shown = layOver(makeTask(index, fields), []);
  if (shown === undefined) throw new Error('There is nothing to show.');
  return { ...shown, ...fields };
};

describe('the lists', () => {
  test('are newest first, ahead of all what the server has not seen', () => {
    const lists = createTaskLists();
    const old = show(1, { isNew: true });
    lists.rebuild([show(2), old, show(5), show(3)]);
    lists.replace(undefined, show(4));
    expect(lists.read().open.map(({ id }) => id)).toEqual([1, 5, 4, 3, 2].map(toId));
    lists.replace(old, show(1));
    expect(lists.read().open.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1].map(toId));
  });

  test('put a task where it belongs, and leave the others as they were', () => {
    const lists = createTaskLists();
    lists.rebuild([show(1), show(2), show(3, { completed: true })]);
    const before = lists.read();
    const done = show(1, { completed: true });
    lists.replace(show(1), done);
    expect(lists.read()).toEqual({ open: [show(2)], completed: [show(3, { completed: true }), done], trash: [] });
    expect(before.open).toHaveLength(2);
    expect(lists.read().trash).toBe(before.trash);
    lists.replace(done, show(1, { completed: true, deletedAt: '2026-02-01T00:00:00.000Z' }));
    expect(lists.read().completed).toHaveLength(1);
    lists.replace(show(2), undefined);
    expect(lists.read()).toMatchObject({ open: [], trash: [{ id: toId(1) }] });
  });

  test('look at fewer than 32 of 10,000 tasks for a change', () => {
    let looks = 0;
    const lists = createTaskLists((a, b) => {
      looks += 1;
      return compareAge(a, b);
    });
    lists.rebuild(Array.from({ length: 10_000 }, (_, index) => show(index)));
    for (const index of [0, 1, 4_999, 7_777, 9_999]) {
      looks = 0;
      lists.replace(show(index), show(index, { title: 'Changed' }));
      expect(looks).toBeLessThan(32);
    }
  });
});
