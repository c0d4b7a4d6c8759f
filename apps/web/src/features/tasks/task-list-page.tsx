import './task-list.css';
import { useCallback, useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { useDocumentTitle } from '../../components/use-document-title.ts';
import { HAS_KEYBOARD, useMediaQuery } from '../../components/use-media-query.ts';
import { useShortcut } from '../../components/use-shortcut.ts';
import { describeError } from '../../errors.ts';
import { AddTaskForm } from './add-task-form.tsx';
import type { ShownTask } from './changes.ts';
import { LoadMore } from './load-more.tsx';
import { focusRow, moveFocusOut } from './row-focus.ts';
import { SkeletonRows } from './skeleton-rows.tsx';
import { TaskDetails } from './task-details.tsx';
import { TaskRow } from './task-row.tsx';
import { useLingering } from './use-lingering.ts';
import { useChangesUnderWay, useTaskChanges } from './use-task-changes.ts';
import { useTaskList } from './use-task-list.ts';
import { useUnsavedWarning } from './use-unsaved-warning.ts';

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

export const TaskListPage = ({ view, openTaskId, onOpenTask }: TaskListPageProps) => {
  const { title, unit, empty, emptyByTouch } = VIEWS[view];
  const hasKeyboard = useMediaQuery(HAS_KEYBOARD);
  const isOpenView = view === 'open';
  const input = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const changes = useTaskChanges();
  const changesUnderWay = useChangesUnderWay();
  const { lingering, isLeaving, linger, forget } = useLingering(!isOpenView, moveFocusOut);
  const list = useTaskList(!isOpenView, changesUnderWay, lingering);
  const { tasks, countText } = list;
  const isLeavingTask = (task: ShownTask) => isLeaving && task.completed === isOpenView && lingering.has(task.id);
  useUnsavedWarning(changesUnderWay.length > 0);
  useDocumentTitle(countText === null || countText === '0' ? title : `${title} (${countText})`);

  useEffect(() => {
    if (document.activeElement === document.body || !document.activeElement)
      heading.current?.focus({ preventScroll: true });
  }, []);

  const complete = useCallback(
    (task: ShownTask) => {
      const completed = !task.completed;
      linger({ ...task, completed, completedAt: completed ? new Date().toISOString() : null });
      changes.complete(task);
    },
    [changes, linger],
  );
  const close = useCallback(() => {
    if (openTaskId === undefined) return;
    onOpenTask(undefined);
    setTimeout(() => focusRow(openTaskId));
  }, [onOpenTask, openTaskId]);
  const remove = useCallback(
    (task: ShownTask) => {
      const isInPanel = task.id === openTaskId;
      moveFocusOut([task.id]);
      forget(task.id);
      if (isInPanel) onOpenTask(undefined);
      changes.remove(task);
      // With the panel its delete button is gone too.
      if (isInPanel) setTimeout(() => focusRow(task.id));
    },
    [changes, forget, onOpenTask, openTaskId],
  );
  useShortcut('escape', close);

  return (
    <div className="task-page" data-panel={openTaskId !== undefined}>
      <main className="task-column" id="main" tabIndex={-1}>
        <header className="task-head">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {countText === null || countText === '0' ? null : (
            <p className="task-count">
              {countText} {unit}
            </p>
          )}
        </header>
        {isOpenView ? <AddTaskForm inputRef={input} hasFocus={openTaskId === undefined} onAdd={changes.add} /> : null}
        {list.error === null ? null : (
          <Problem
            actions={
              <Button tone="link" onClick={list.readAgain}>
                Try again
              </Button>
            }
          >
            The tasks could not be loaded. {describeError(list.error)}
          </Problem>
        )}
        {list.isPending ? <SkeletonRows /> : null}
        {countText !== null && tasks.length === 0 ? (
          <p className="task-empty">{hasKeyboard ? empty : emptyByTouch}</p>
        ) : null}
        {tasks.length === 0 ? null : (
          <ul className="task-list" data-view={view} aria-label={title}>
            {tasks.map((task) => (
              <TaskRow
                key={task.id}
                task={task}
                isOpen={task.id === openTaskId}
                isLeaving={isLeavingTask(task)}
                changes={changes}
                onComplete={complete}
                onRemove={remove}
                onOpen={onOpenTask}
              />
            ))}
          </ul>
        )}
        {list.hasMore ? (
          <LoadMore isLoading={list.isLoadingMore} error={list.moreError} onLoad={list.loadMore} />
        ) : null}
      </main>
      {openTaskId === undefined ? null : (
        <TaskDetails
          key={openTaskId}
          id={openTaskId}
          listed={tasks.find(({ id }) => id === openTaskId)}
          changesUnderWay={changesUnderWay}
          changes={changes}
          onComplete={complete}
          onRemove={remove}
          onClose={close}
        />
      )}
    </div>
  );
};
