import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { TOUCH, useMediaQuery } from '../../components/use-media-query.ts';
import type { ShownTask } from '../../sync/lay-over.ts';
import { findInput, findRow } from './row-focus.ts';

type VirtualRowsProps = {
  readonly label: string;
  readonly view: string;
  readonly tasks: readonly ShownTask[];
  /** More than `tasks`, where the later ones are still on their way. */
  readonly count: number;
  /** There are more than these, and nobody knows how many. */
  readonly hasMore: boolean;
  readonly children: (task: ShownTask) => ReactNode;
};

/** Of one line, with the hairline under it. */
const ROW_HEIGHT = 41;
const TOUCH_ROW_HEIGHT = 45;
const OVERSCAN = 4;

/** Where each view's list began when it was last on the page: most likely there again, and then it is laid out once. */
const tops = new Map<string, number>();

const hasSameIds = (some: readonly ShownTask[], others: readonly ShownTask[]): boolean =>
  some.length === others.length && some.every(({ id }, index) => id === others[index]?.id);

/** Another function only where the order is another: the places of all rows are reckoned anew with it. */
const useItemKey = (tasks: readonly ShownTask[]) => {
  const [{ seen, order }, setHeld] = useState({ seen: tasks, order: tasks });
  if (seen !== tasks) setHeld({ seen: tasks, order: hasSameIds(order, tasks) ? order : tasks });
  return useCallback((index: number) => order[index]?.id ?? index, [order]);
};

/**
 * A list of which only those rows are on the page that can be seen, and the one with the focus. Arrow keys go from row to
 * row, wherever these are; each says its place and how many there are.
 */
export const VirtualRows = ({ label, view, tasks, count, hasMore, children }: VirtualRowsProps) => {
  const list = useRef<HTMLUListElement>(null);
  const focused = useRef<string | null>(null);
  const wanted = useRef<string | null>(null);
  const [top, setTop] = useState(tops.get(view) ?? 0);
  const rowHeight = useMediaQuery(TOUCH) ? TOUCH_ROW_HEIGHT : ROW_HEIGHT;

  const findIndex = (id: string | null): number => (id === null ? -1 : tasks.findIndex((task) => task.id === id));

  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes what it returns
  const rows = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    getItemKey: useItemKey(tasks),
    scrollMargin: top,
    overscan: OVERSCAN,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      const kept = findIndex(focused.current);
      if (kept < 0 || indexes.includes(kept)) return indexes;
      return [...indexes, kept].toSorted((a, b) => a - b);
    },
  });

  useLayoutEffect(() => {
    if (!list.current) return;
    const found = list.current.getBoundingClientRect().top + window.scrollY;
    tops.set(view, found);
    setTop(found);
  }, [view]);

  useLayoutEffect(() => {
    const row = wanted.current === null ? null : findRow(wanted.current);
    if (!row) return;
    wanted.current = null;
    row.focus();
  });

  const moveFocus = (event: KeyboardEvent, step: 1 | -1) => {
    // Keys that come while a row is on its way go on from it.
    const index = findIndex(wanted.current ?? focused.current) + step;
    const task = tasks[index];
    const target = task ? findRow(task.id) : index < 0 ? findInput() : null;
    if (!task && !target) return;
    event.preventDefault();
    if (target) {
      wanted.current = null;
      target.focus();
    } else if (task) {
      wanted.current = task.id;
      rows.scrollToIndex(index, { align: 'center' });
    }
  };

  return (
    <ul
      ref={list}
      className="task-list"
      data-view={view}
      aria-label={label}
      style={{ height: rows.getTotalSize() }}
      onFocus={(event: FocusEvent<HTMLElement>) => {
        focused.current = event.target.closest<HTMLElement>('[data-task]')?.dataset['task'] ?? null;
      }}
      onBlur={() => {
        focused.current = null;
      }}
      onKeyDown={(event) => {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
        if (!isPlain || event.target instanceof HTMLTextAreaElement) return;
        if (event.key === 'ArrowDown') moveFocus(event, 1);
        if (event.key === 'ArrowUp') moveFocus(event, -1);
      }}
    >
      {rows.getVirtualItems().map(({ key, index, start }) => {
        const task = tasks[index];
        return task === undefined ? null : (
          <li
            key={key}
            ref={rows.measureElement}
            className="task-place"
            data-index={index}
            data-task={task.id}
            aria-posinset={index + 1}
            aria-setsize={hasMore ? -1 : count}
            style={{ top: start - top }}
          >
            {children(task)}
          </li>
        );
      })}
    </ul>
  );
};
