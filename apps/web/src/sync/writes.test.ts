import { expect, test } from 'vitest';
import { makeTask, toId } from './testing/make-task.ts';
import { type Change, invert } from './writes.ts';

const taskId = toId(1);
const before = makeTask(1, { description: 'D', completed: true });

test.each<[string, Change, Change]>([
  ['a create', { kind: 'create', taskId, fields: { title: 'New' } }, { kind: 'delete', taskId }],
  ['a deletion', { kind: 'delete', taskId }, { kind: 'restore', taskId }],
  ['a return', { kind: 'restore', taskId }, { kind: 'delete', taskId }],
  [
    'an edit, by the former values of its fields alone',
    { kind: 'update', taskId, fields: { title: 'New', completed: false } },
    { kind: 'update', taskId, fields: { title: 'Task 1', completed: true } },
  ],
  [
    'an edit of the text',
    { kind: 'update', taskId, fields: { description: '' } },
    { kind: 'update', taskId, fields: { description: 'D' } },
  ],
])('%s can be taken back', (_, change, inverse) => {
  expect(invert(change, before)).toEqual(inverse);
});

test('an edit of a task that nobody knows cannot be taken back', () => {
  expect(invert({ kind: 'update', taskId, fields: { title: 'New' } }, undefined)).toBeNull();
});
