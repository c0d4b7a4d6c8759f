import type { KeyboardEvent } from 'react';

/** What of a row takes the focus. */
const ROW_FOCUS = '[data-row-focus]';

export const toRowId = (taskId: string): string => `task-${taskId}`;

/** Null where it is not on the page. */
export const findRow = (taskId: string): HTMLElement | null =>
  document.getElementById(toRowId(taskId))?.querySelector<HTMLElement>(ROW_FOCUS) ?? null;

export const findInput = (): HTMLElement | null => document.querySelector<HTMLElement>('.add-task input');

const isFocusLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** The row, else the place to type where the focus would be nowhere. */
export const focusRow = (taskId: string): void => {
  const row = findRow(taskId);
  if (row) row.focus();
  else if (isFocusLost()) (findInput() ?? document.querySelector<HTMLElement>('h1'))?.focus();
};

export const focusFirstRow = (event: KeyboardEvent): void => {
  const first = document.querySelector<HTMLElement>(ROW_FOCUS);
  if (!first) return;
  event.preventDefault();
  first.focus();
};

/** Before rows go: the focus inside one of them moves to the next that stays, else the one before, else the place to type. */
export const moveFocusOut = (taskIds: readonly string[]): void => {
  const leaving = new Set(taskIds.map(toRowId));
  const rows = [...document.querySelectorAll<HTMLElement>('.task-row')];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (here < 0 || !leaving.has(rows[here]?.id ?? '')) return;
  const next = [...rows.slice(here), ...rows.slice(0, here).toReversed()].find((row) => !leaving.has(row.id));
  const target =
    next?.querySelector<HTMLElement>(ROW_FOCUS) ?? findInput() ?? document.querySelector<HTMLElement>('h1');
  target?.focus();
};
