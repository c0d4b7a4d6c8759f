import type { ShownTask } from '../../sync/lay-over.ts';
import { compareAge, findPlace } from '../../sync/task-lists.ts';

/** A list with a few more tasks, each where it belongs by its age; the very same list where there are none. */
export const withTasks = (listed: readonly ShownTask[], more: readonly ShownTask[]): readonly ShownTask[] => {
  if (more.length === 0) return listed;
  const tasks = [...listed];
  for (const task of more) tasks.splice(findPlace(tasks, task, compareAge), 0, task);
  return tasks;
};
