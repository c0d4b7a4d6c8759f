import { describe, expect, test } from 'vitest';
import { layOver } from './lay-over.ts';
import { makeTask, toId } from './testing/make-task.ts';
import { makeWrite } from './testing/make-write.ts';
import type { Change, Write } from './writes.ts';

const taskId = toId(1);
const task = makeTask(1);
const update = (fields: Partial<Pick<typeof task, 'title' | 'description' | 'completed'>>): Change => ({
  kind: 'update',
  taskId,
  fields,
});
const create: Change = { kind: 'create', taskId, fields: { title: 'New' } };
const inOrder = (...changes: Change[]): Write[] => changes.map((change, index) => makeWrite(index + 1, change));
const refusal = { code: 'FORBIDDEN', message: 'No.' };
const madeAt = '2026-11-21T08:30:00.000Z';

describe('layOver', () => {
  test('shows a task without writes as the server has it', () => {
    expect(layOver(task, [])).toEqual({ ...task, isNew: false, isPending: false, failure: null });
    expect(layOver(undefined, [])).toBeUndefined();
  });

  test('lays fields over one by one, and the later one wins', () => {
    const writes = inOrder(
      update({ title: 'One', completed: true }),
      update({ title: 'Two' }),
      update({ description: 'D' }),
    );
    expect(layOver(task, writes)).toMatchObject({ title: 'Two', description: 'D', completed: true, isPending: true });
    expect(task.title).toBe('Task 1');
  });

  test('shows a later write whatever the answer to an earlier one says', () => {
    const [, later] = inOrder(update({ title: 'One' }), update({ title: 'Two' }));
    expect(layOver({ ...task, title: 'One', revision: 2 }, later ? [later] : [])?.title).toBe('Two');
  });

  test('completes at the time of the write, keeps when it was completed before, and forgets it on reopening', () => {
    const completedAt = '2026-02-01T00:00:00.000Z';
    const done = makeTask(1, { completed: true, completedAt });
    expect(layOver(task, inOrder(update({ completed: true })))?.completedAt).toBe(madeAt);
    expect(layOver(done, inOrder(update({ completed: true })))?.completedAt).toBe(completedAt);
    expect(layOver(done, inOrder(update({ title: 'X' })))?.completedAt).toBe(completedAt);
    expect(layOver(done, inOrder(update({ completed: false })))?.completedAt).toBeNull();
  });

  test('makes a task that the server has not seen, and changes it', () => {
    const shown = layOver(undefined, inOrder(create, update({ completed: true })));
    expect(shown).toMatchObject({ id: taskId, title: 'New', completed: true, createdAt: madeAt, isNew: true });
    const completed = layOver(undefined, inOrder({ ...create, fields: { title: 'Done', completed: true } }));
    expect(completed).toMatchObject({ completed: true, completedAt: madeAt, description: '' });
  });

  test('leaves a task as it is that was created before', () => {
    expect(layOver(task, inOrder(create))).toMatchObject({ title: 'Task 1', isNew: false, isPending: true });
  });

  test('has nothing to show for writes of a task that it does not know', () => {
    expect(layOver(undefined, inOrder(update({ title: 'One' })))).toBeUndefined();
    expect(layOver(undefined, inOrder({ kind: 'restore', taskId }))).toBeUndefined();
  });

  test('puts into the trash and takes out of it', () => {
    expect(layOver(task, inOrder({ kind: 'delete', taskId }))?.deletedAt).toBe(madeAt);
    expect(layOver(task, inOrder({ kind: 'delete', taskId }, { kind: 'restore', taskId }))?.deletedAt).toBeNull();
    const trashed = makeTask(1, { deletedAt: '2026-02-01T00:00:00.000Z' });
    expect(layOver(trashed, inOrder({ kind: 'restore', taskId }))?.deletedAt).toBeNull();
    expect(layOver(trashed, inOrder({ kind: 'delete', taskId }))?.deletedAt).toBe(trashed.deletedAt);
  });

  test('keeps refused text on screen with why, and what waits behind it', () => {
    const refused = makeWrite(1, update({ title: 'Refused' }), refusal);
    expect(layOver(task, [refused])).toMatchObject({ title: 'Refused', isPending: false, failure: refused });
    const behind = makeWrite(2, update({ completed: true }));
    expect(layOver(task, [refused, behind])).toMatchObject({ completed: true, isPending: true, failure: refused });
    const refusedNew = makeWrite(1, create, refusal);
    expect(layOver(undefined, [refusedNew])).toMatchObject({ title: 'New', failure: refusedNew });
  });

  test('shows a task where it was when its deletion or its return was refused', () => {
    const refused = makeWrite(1, { kind: 'delete', taskId }, refusal);
    expect(layOver(task, [refused])).toMatchObject({ deletedAt: null, failure: refused });
    const trashed = makeTask(1, { deletedAt: madeAt });
    expect(layOver(trashed, [makeWrite(1, { kind: 'restore', taskId }, refusal)])?.deletedAt).toBe(madeAt);
  });
});
