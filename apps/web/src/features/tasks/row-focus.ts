import type { KeyboardEvent } from 'react';

const ROWS = '.task-row .task-title';

const listRows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(ROWS)];

export const toRowId = (taskId: string): string => `task-${taskId}`;

const findInput = (): HTMLElement | null => document.querySelector<HTMLElement>('.add-task input');

export const focusFirstRow = (event: KeyboardEvent): void => {
  const [first] = listRows();
  if (!first) return;
  event.preventDefault();
  first.focus();
};

/** One row up or down from where the focus is; up from the first row is the place to type. */
export const focusRowBeside = (event: KeyboardEvent<HTMLElement>, step: 1 | -1): void => {
  const rows = listRows();
  const here = rows.findIndex((row) => event.currentTarget.contains(row));
  const target = here + step < 0 ? findInput() : rows[here + step];
  if (!target) return;
  event.preventDefault();
  target.focus();
};

export const focusRow = (taskId: string): void => {
  const row = document.getElementById(toRowId(taskId));
  (row?.querySelector<HTMLElement>('.task-title') ?? findInput())?.focus();
};

/** Before rows go: the focus inside one of them moves to the next that stays, else the one before, else the place to type. */
export const moveFocusOut = (taskIds: readonly string[]): void => {
  const leaving = new Set(taskIds.map(toRowId));
  const rows = [...document.querySelectorAll<HTMLElement>('.task-row')];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (here < 0 || !leaving.has(rows[here]?.id ?? '')) return;
  const next = [...rows.slice(here), ...rows.slice(0, here).toReversed()].find((row) => !leaving.has(row.id));
  const target =
    next?.querySelector<HTMLElement>('.task-title') ?? findInput() ?? document.querySelector<HTMLElement>('h1');
  target?.focus();
};
