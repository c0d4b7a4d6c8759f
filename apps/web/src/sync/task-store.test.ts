import { describe, expect, test } from 'vitest';
import { startFacts } from './base-facts.ts';
import { createTaskStore } from './task-store.ts';
import { makeTask, toId } from './testing/make-task.ts';
import { makeWrite } from './testing/make-write.ts';

const rename = (order: number, task: number, title: string) =>
  makeWrite(order, { kind: 'update', taskId: toId(task), fields: { title } });
const many = (count: number, fields = {}) => Array.from({ length: count }, (_, index) => makeTask(index, fields));

describe('the store', () => {
  test('lets a task replace an older one only', () => {
    const store = createTaskStore();
    store.putTasks([makeTask(1, { title: 'New', revision: 5 })]);
    expect(
      store.putTasks([makeTask(1, { title: 'Old', revision: 4 }), makeTask(1, { title: 'Same', revision: 5 })]),
    ).toEqual([]);
    expect(store.getState().open.map(({ title }) => title)).toEqual(['New']);
    expect(store.putTasks([makeTask(1, { title: 'Newer', revision: 6 })])).toHaveLength(1);
    expect(store.getState().byId.get(toId(1))?.title).toBe('Newer');
  });

  test('tells once of what changes together, with another state each time', () => {
    const store = createTaskStore();
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    const before = store.getState();
    store.change(() => {
      store.putTasks([makeTask(1), makeTask(2)]);
      store.putWrites([rename(1, 1, 'One')]);
    });
    expect(told).toBe(1);
    expect(store.getState()).not.toBe(before);
    expect(store.getState()).toBe(store.getState());
    expect(store.getState()).toMatchObject({ pending: 1, isLoaded: true, open: [{ id: toId(2) }, { title: 'One' }] });
  });

  test('keeps the rows that did not change', () => {
    const store = createTaskStore();
    store.putTasks([makeTask(1), makeTask(2)]);
    const [row] = store.getState().open;
    store.putWrites([rename(1, 1, 'One')]);
    expect(store.getState().open[0]).toBe(row);
  });

  test.each([10, 1_000])('comes to the same by %i changes at once as one by one', (count) => {
    const [together, single] = [createTaskStore(), createTaskStore()];
    const changed = many(count, { completed: true, revision: 2 });
    together.putTasks(many(count));
    together.putTasks(changed);
    for (const task of [...many(count), ...changed]) single.putTasks([task]);
    expect(together.getState().completed).toHaveLength(count);
    expect(together.getState()).toEqual(single.getState());
    together.forgetTasks();
    expect(together.getState()).toMatchObject({ open: [], completed: [], trash: [] });
  });

  test('has an order in the outbox for a write that it has shown before', () => {
    const store = createTaskStore();
    store.putTasks([makeTask(1)]);
    store.putWrites([{ ...rename(Infinity, 1, 'Mine'), writeId: 'mine' }]);
    store.putWrites([rename(1, 1, 'Theirs')]);
    expect(store.getState().open[0]?.title).toBe('Mine');
    store.putWrites([{ ...rename(2, 1, 'Mine'), writeId: 'mine' }]);
    expect(store.getState()).toMatchObject({ pending: 2, open: [{ title: 'Mine', isPending: true }] });
    store.removeWrites(['mine', 'write 1', 'unknown']);
    expect(store.getState()).toMatchObject({ pending: 0, open: [{ title: 'Task 1', isPending: false }] });
  });

  test('has the first rows and the right counts before it has the rest', () => {
    const former = createTaskStore();
    former.putTasks([...many(80), ...many(140, { completed: true }).slice(80)]);
    const writes = [
      makeWrite(1, { kind: 'update', taskId: toId(3), fields: { completed: true } }),
      makeWrite(2, { kind: 'create', taskId: toId(200), fields: { title: 'Mine' } }),
    ];
    former.putWrites(writes);
    const first = former.readFirst();
    expect(first.counts).toEqual({ open: 80, completed: 60, trash: 0 });
    expect(first.tasks.length).toBeLessThan(110);

    const store = createTaskStore();
    const facts = startFacts({
      revision: 1,
      reset: true,
      next: null,
      olderCompleted: 'older',
      tasks: many(150, { completed: true }),
    });
    const changed = makeTask(3);
    store.putFirst({ ...first, tasks: [...first.tasks, changed], facts, writes });
    const { counts } = former.getState();
    expect(store.getState()).toMatchObject({ isLoaded: true, isWhole: false, counts, hasMoreCompleted: true });
    expect(store.getState().open.slice(0, 3)).toEqual(former.getState().open.slice(0, 3));
    expect(store.getState().byId.get(toId(3))?.completed).toBe(true);
    store.putWrites([makeWrite(3, { kind: 'delete', taskId: toId(79) })]);
    expect(store.getState().counts).toEqual({ ...counts, open: counts.open - 1, trash: 1 });

    store.change(() => {
      store.forgetTasks();
      store.putTasks(former.readAll());
      store.setFacts(facts);
    });
    former.putWrites([makeWrite(3, { kind: 'delete', taskId: toId(79) })]);
    former.setFacts(facts);
    expect(store.getState()).toMatchObject({ isWhole: true, counts: { open: store.getState().open.length } });
    expect(store.getState()).toEqual(former.getState());
  });

  test('counts refused writes apart', () => {
    const store = createTaskStore();
    const refused = { ...rename(1, 1, 'One'), failure: { code: 'FORBIDDEN', message: 'No.' } };
    store.putWrites([refused, rename(2, 1, 'Two')]);
    expect(store.getState()).toMatchObject({ pending: 1, oldestPending: 'write 2', failed: [refused] });
  });
});
