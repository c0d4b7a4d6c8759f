import type { ShownTask } from '../../sync/lay-over.ts';
import { compareAge } from '../../sync/task-lists.ts';

const findPlace = (tasks: readonly ShownTask[], task: ShownTask): number => {
  let low = 0;
  let high = tasks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = tasks[middle];
    if (other && compareAge(other, task) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** A list with a few more tasks, each where it belongs by its age; the very same list where there are none. */
export const withTasks = (listed: readonly ShownTask[], more: readonly ShownTask[]): readonly ShownTask[] => {
  if (more.length === 0) return listed;
  const tasks = [...listed];
  for (const task of more) tasks.splice(findPlace(tasks, task), 0, task);
  return tasks;
};
