import type { ShownTask } from './lay-over.ts';

/** Every view, in order. A list is never changed: another one takes its place. */
export interface TaskLists {
  readonly open: readonly ShownTask[];
  readonly completed: readonly ShownTask[];
  readonly trash: readonly ShownTask[];
}
type Compare = (a: ShownTask, b: ShownTask) => number;
export type ListCounts = Readonly<Record<keyof TaskLists, number>>;

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * Newest first, as the server's pages come. What the server has not seen is newer than all that it has: the clocks of two
 * machines cannot be compared.
 */
export const compareAge: Compare = (a, b) =>
  Number(b.isNew) - Number(a.isNew) || compareText(b.createdAt, a.createdAt) || compareText(b.id, a.id);

export const nameList = (task: Pick<ShownTask, 'completed' | 'deletedAt'>): keyof TaskLists =>
  task.deletedAt === null ? (task.completed ? 'completed' : 'open') : 'trash';

/** Where a task is or would be in a list that is in order. */
export const findPlace = (list: readonly ShownTask[], task: ShownTask, compare: Compare): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other && compare(other, task) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Keeps the views in order by binary search, so that a change costs the same among many tasks as among few. */
export const createTaskLists = (compare: Compare = compareAge) => {
  let lists: TaskLists = { open: [], completed: [], trash: [] };

  const remove = (task: ShownTask): void => {
    const name = nameList(task);
    lists = { ...lists, [name]: lists[name].toSpliced(findPlace(lists[name], task, compare), 1) };
  };
  const insert = (task: ShownTask): void => {
    const name = nameList(task);
    lists = { ...lists, [name]: lists[name].toSpliced(findPlace(lists[name], task, compare), 0, task) };
  };

  return {
    read: (): TaskLists => lists,
    replace(before: ShownTask | undefined, after: ShownTask | undefined): void {
      if (before) remove(before);
      if (after) insert(after);
    },
    /** For many changes at once. */
    rebuild(tasks: Iterable<ShownTask>): void {
      const next: Record<keyof TaskLists, ShownTask[]> = { open: [], completed: [], trash: [] };
      for (const task of tasks) next[nameList(task)].push(task);
      for (const list of Object.values(next)) list.sort(compare);
      lists = next;
    },
  };
};
