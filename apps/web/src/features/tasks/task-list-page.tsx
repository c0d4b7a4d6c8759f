import './task-list.css';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useDocumentTitle } from '../../components/use-document-title.ts';
import { HAS_KEYBOARD, useMediaQuery } from '../../components/use-media-query.ts';
import { useShortcut } from '../../components/use-shortcut.ts';
import type { ShownTask } from '../../sync/lay-over.ts';
import { useSync, useSyncState } from '../../sync-context.tsx';
import { AddTaskForm } from './add-task-form.tsx';
import { Arriving } from './arriving.tsx';
import { withTasks } from './list-tasks.ts';
import { LoadMore } from './load-more.tsx';
import { findNextTask, focusRow, moveFocusOut } from './row-focus.ts';
import { TaskDetails } from './task-details.tsx';
import { TaskRow } from './task-row.tsx';
import { useLingering } from './use-lingering.ts';
import { useTaskActions } from './use-task-actions.ts';
import { VirtualRows } from './virtual-rows.tsx';

type TaskListPageProps = {
  readonly view: 'open' | 'completed';
  readonly openTaskId: string | undefined;
  readonly onOpenTask: (id: string | undefined) => void;
};

const VIEWS = {
  open: {
    title: 'Tasks',
    unit: 'open',
    empty: (
      <>
        Nothing to do. Press <kbd>N</kbd> and write down the first thing.
      </>
    ),
    emptyByTouch: 'Nothing to do. Tap + and write down the first thing.',
  },
  completed: {
    title: 'Completed',
    unit: 'completed',
    empty: (
      <>
        Nothing is completed yet. Tick a task off, or press <kbd>C</kbd> on it, and it comes to rest here.
      </>
    ),
    emptyByTouch: 'Nothing is completed yet. Tick a task off and it comes to rest here.',
  },
};

/** A view's tasks, with those that no longer belong to it but stay a moment. */
const useViewTasks = (view: TaskListPageProps['view']) => {
  const sync = useSync();
  const listed = useSyncState((state) => state[view]);
  const others = useSyncState((state) => state[view === 'open' ? 'completed' : 'open']);
  const isGone = useCallback((id: string) => sync.getSnapshot()[view].every((task) => task.id !== id), [sync, view]);
  const onLeave = (ids: ReadonlySet<string>) => moveFocusOut([...ids].filter(isGone));
  const { lingering, isLeaving, linger } = useLingering(onLeave);
  const tasks = useMemo(
    () => withTasks(listed, lingering.size === 0 ? [] : others.filter(({ id }) => lingering.has(id))),
    [listed, lingering, others],
  );
  const isLeavingTask = (task: ShownTask) =>
    isLeaving && lingering.has(task.id) && task.completed === (view === 'open');
  const count = useSyncState(({ counts }) => counts[view]);
  return { count, tasks, rowCount: count + tasks.length - listed.length, linger, isLeavingTask };
};

export const TaskListPage = ({ view, openTaskId, onOpenTask }: TaskListPageProps) => {
  const { title, unit, empty, emptyByTouch } = VIEWS[view];
  const hasKeyboard = useMediaQuery(HAS_KEYBOARD);
  const isOpenView = view === 'open';
  const input = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const actions = useTaskActions();
  const isLoaded = useSyncState((state) => state.isLoaded);
  const isWhole = useSyncState((state) => state.isWhole);
  const hasMore = useSyncState((state) => !isOpenView && state.hasMoreCompleted);
  const { count, tasks, rowCount, linger, isLeavingTask } = useViewTasks(view);
  const countText = `${count}${hasMore ? '+' : ''}`;
  const isCounted = isLoaded && count > 0;
  useDocumentTitle(isCounted ? `${title} (${countText})` : title);

  useEffect(() => {
    if (document.activeElement === document.body || !document.activeElement)
      heading.current?.focus({ preventScroll: true });
  }, []);

  const complete = useCallback(
    (task: ShownTask) => {
      linger(task.id);
      actions.complete(task);
    },
    [actions, linger],
  );
  /** The row that is to have the focus once the panel is gone. */
  const nextRow = useRef<string>(undefined);
  const latestOpenTaskId = useRef(openTaskId);
  useEffect(() => {
    latestOpenTaskId.current = openTaskId;
    if (openTaskId !== undefined || nextRow.current === undefined) return;
    focusRow(nextRow.current);
    nextRow.current = undefined;
  }, [openTaskId]);
  const close = useCallback(() => {
    if (openTaskId === undefined) return;
    nextRow.current = openTaskId;
    onOpenTask(undefined);
  }, [onOpenTask, openTaskId]);
  // The same one whatever is open, so that no row renders again for it.
  const remove = useCallback(
    (task: ShownTask) => {
      if (task.id === latestOpenTaskId.current) {
        nextRow.current = findNextTask(task.id) ?? task.id;
        onOpenTask(undefined);
      }
      moveFocusOut([task.id]);
      actions.remove(task);
    },
    [actions, onOpenTask],
  );
  useShortcut('escape', close);

  return (
    <div className="task-page" data-panel={openTaskId !== undefined}>
      <main className="task-column" id="main" tabIndex={-1}>
        <header className="task-head">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {isCounted ? (
            <p className="task-count">
              {countText} {unit}
            </p>
          ) : null}
        </header>
        {isOpenView ? <AddTaskForm inputRef={input} hasFocus={openTaskId === undefined} onAdd={actions.add} /> : null}
        {isLoaded ? null : <Arriving />}
        {isLoaded && rowCount === 0 && !hasMore ? (
          <p className="task-empty">{hasKeyboard ? empty : emptyByTouch}</p>
        ) : null}
        {rowCount === 0 ? null : (
          <VirtualRows label={title} view={view} tasks={tasks} count={rowCount} hasMore={hasMore}>
            {(task) => (
              <TaskRow
                task={task}
                isOpen={task.id === openTaskId}
                isLeaving={isLeavingTask(task)}
                onComplete={complete}
                onRename={actions.rename}
                onRemove={remove}
                onOpen={onOpenTask}
              />
            )}
          </VirtualRows>
        )}
        {hasMore && isWhole ? <LoadMore list="completed" /> : null}
      </main>
      {openTaskId === undefined ? null : (
        <TaskDetails
          key={openTaskId}
          id={openTaskId}
          actions={actions}
          onComplete={complete}
          onRemove={remove}
          onClose={close}
        />
      )}
    </div>
  );
};
