import type { ListTasksOutput, Task } from '@docket/domain';
import type { InfiniteData } from '@tanstack/react-query';
import { trpc } from '../../trpc.ts';

const PAGE_SIZE = 50;

export const toListInput = (completed: boolean) => ({ completed, limit: PAGE_SIZE });

type Pages = InfiniteData<ListTasksOutput, string | null>;

const without = (pages: Pages, id: string): Pages => ({
  ...pages,
  pages: pages.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })),
});

/** On the first page, in whatever order: the lists are put in order when they are shown. */
const withTask = (pages: Pages, task: Task): Pages => {
  const [first, ...rest] = without(pages, task.id).pages;
  return first ? { ...pages, pages: [{ ...first, items: [task, ...first.items] }, ...rest] } : pages;
};

/** Writes the server's answers into what is already loaded. Lists that were never asked for stay unasked. */
export const useTaskCache = () => {
  const utils = trpc.useUtils();

  /** An answer on its way that was read before the change would otherwise overwrite it. */
  const stopReading = () => Promise.all([utils.tasks.list.cancel(), utils.tasks.get.cancel()]);

  return {
    keep: async (task: Task) => {
      await stopReading();
      for (const completed of [false, true]) {
        utils.tasks.list.setInfiniteData(toListInput(completed), (pages) => {
          if (!pages) return undefined;
          return completed === task.completed ? withTask(pages, task) : without(pages, task.id);
        });
      }
      utils.tasks.get.setData({ id: task.id }, (before) => (before ? task : undefined));
    },
    drop: async (id: string) => {
      await stopReading();
      for (const completed of [false, true]) {
        utils.tasks.list.setInfiniteData(toListInput(completed), (pages) => (pages ? without(pages, id) : undefined));
      }
    },
    readAgain: () => utils.tasks.invalidate(),
  };
};
