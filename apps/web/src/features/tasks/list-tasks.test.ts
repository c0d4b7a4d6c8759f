import { expect, test } from 'vitest';
import { type ShownTask, toShown } from '../../sync/lay-over.ts';
import { makeTask } from '../../sync/testing/make-task.ts';
import { withTasks } from './list-tasks.ts';

const make = (minute: number): ShownTask => toShown(makeTask(60 * minute));

const listed = [50, 40, 30, 20, 10].map(make);
const readMinutes = (tasks: readonly ShownTask[]) => tasks.map(({ createdAt }) => Number(createdAt.slice(14, 16)));

test('a list stays the very same one where nothing is added', () => {
  expect(withTasks(listed, [])).toBe(listed);
});

test('each task comes to stand by its age, and the list itself is left alone', () => {
  expect(readMinutes(withTasks(listed, [5, 25, 55].map(make)))).toEqual([55, 50, 40, 30, 25, 20, 10, 5]);
  expect(readMinutes(listed)).toEqual([50, 40, 30, 20, 10]);
});
