import { expect, test } from 'vitest';
import type { ShownTask } from '../../sync/lay-over.ts';
import { withTasks } from './list-tasks.ts';

const make = (minute: number): ShownTask => {
  const createdAt = new Date(Date.UTC(2026, 10, 21, 8, minute)).toISOString();
  return {
    id: `018f2c6e-7d1a-7c3b-9a52-0000000000${String(minute).padStart(2, '0')}`,
    title: `Of minute ${minute}`,
    description: '',
    completed: false,
    completedAt: null,
    createdAt,
    updatedAt: createdAt,
    deletedAt: null,
    revision: 1,
    isNew: false,
    isPending: false,
    failure: null,
  };
};

const listed = [50, 40, 30, 20, 10].map(make);
const readMinutes = (tasks: readonly ShownTask[]) => tasks.map(({ createdAt }) => Number(createdAt.slice(14, 16)));

test('a list stays the very same one where nothing is added', () => {
  expect(withTasks(listed, [])).toBe(listed);
});

test('each task comes to stand by its age, and the list itself is left alone', () => {
  expect(readMinutes(withTasks(listed, [5, 25, 55].map(make)))).toEqual([55, 50, 40, 30, 25, 20, 10, 5]);
  expect(readMinutes(listed)).toEqual([50, 40, 30, 20, 10]);
});
