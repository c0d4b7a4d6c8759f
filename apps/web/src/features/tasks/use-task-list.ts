import type { Task } from '@docket/domain';
import { useMemo } from 'react';
import { trpc } from '../../trpc.ts';
import { type Change, layChangesOver, type ShownTask } from './changes.ts';
import { toListInput } from './task-cache.ts';

const NONE: ReadonlyMap<string, Task> = new Map();

export type TaskList = {
  readonly tasks: readonly ShownTask[];
  /** How many there are, as far as they are loaded: `50+` says that there are more. Null before the first answer. */
  readonly countText: string | null;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly moreError: unknown;
  readonly readAgain: () => void;
  readonly loadMore: () => void;
};

/** One view's tasks as they are on screen; `lingering` ones stay in it although they no longer belong to it. */
export const useTaskList = (
  completed: boolean,
  changesUnderWay: readonly Change[],
  lingering: ReadonlyMap<string, Task> = NONE,
): TaskList => {
  const input = toListInput(completed);
  const query = trpc.tasks.list.useInfiniteQuery(input, { getNextPageParam: ({ nextCursor }) => nextCursor });
  const pages = query.data?.pages;

  const tasks = useMemo(() => {
    const listed = (pages ?? []).flatMap(({ items }) => items);
    const known = new Map([...lingering.values(), ...listed].map((task) => [task.id, task]));
    return layChangesOver([...known.values()], changesUnderWay).filter(
      (task) => task.completed === completed || lingering.has(task.id),
    );
  }, [pages, lingering, changesUnderWay, completed]);

  const count = tasks.filter((task) => task.completed === completed).length;
  const isMoreError = query.isFetchNextPageError;
  return {
    tasks,
    countText: pages === undefined ? null : `${count}${query.hasNextPage ? '+' : ''}`,
    isPending: query.isPending,
    error: isMoreError ? null : query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    moreError: isMoreError ? query.error : null,
    readAgain: () => void query.refetch(),
    loadMore: () => void query.fetchNextPage(),
  };
};
