import type { KeyboardEvent } from 'react';
import { readTopDialog } from '../../components/top-dialog.ts';
import { HAS_KEYBOARD, matchesMedia } from '../../components/use-media-query.ts';

/** What of a row takes the focus. */
const ROW_FOCUS = '[data-row-focus]';

export const toRowId = (taskId: string): string => `task-${taskId}`;

/** Null where it is not on the page. */
export const findRow = (taskId: string): HTMLElement | null =>
  document.getElementById(toRowId(taskId))?.querySelector<HTMLElement>(ROW_FOCUS) ?? null;

export const findInput = (): HTMLElement | null => document.querySelector<HTMLElement>('.add-task input');

const isFocusLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** By touch the page stays where it was scrolled to. */
const focusGently = (element: HTMLElement | null | undefined): void =>
  element?.focus({ preventScroll: !matchesMedia(HAS_KEYBOARD) });

/** Where the focus goes when there is no row for it: by touch never into a field, which would raise the keyboard. */
const findFallback = (): HTMLElement | null =>
  readTopDialog() ?? (matchesMedia(HAS_KEYBOARD) ? findInput() : null) ?? document.querySelector<HTMLElement>('h1');

/** Focuses the row, and where it is not on the page and nothing else has the focus, what is open or the place to type. */
export const focusRow = (taskId: string): void => {
  focusGently(findRow(taskId));
  if (isFocusLost()) focusGently(findFallback());
};

export const focusFirstRow = (event: KeyboardEvent): void => {
  const first = document.querySelector<HTMLElement>(ROW_FOCUS);
  if (!first) return;
  event.preventDefault();
  first.focus();
};

const listRows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.task-row')];

/** Of the rows that stay, the next one from a place on, else the one before it. */
const findStaying = (rows: readonly HTMLElement[], place: number, leaving: ReadonlySet<string>) =>
  [...rows.slice(place), ...rows.slice(0, place).toReversed()].find((row) => !leaving.has(row.id));

/** The task whose row is next to this one's: the one below, else the one above; undefined where there is none. */
export const findNextTask = (taskId: string): string | undefined => {
  const rows = listRows();
  const place = rows.findIndex((row) => row.id === toRowId(taskId));
  const next = place < 0 ? undefined : findStaying(rows, place, new Set([toRowId(taskId)]));
  return next?.closest<HTMLElement>('[data-task]')?.dataset['task'];
};

/** Before rows go: the focus inside one of them moves to the next that stays, else to the place to type. */
export const moveFocusOut = (taskIds: readonly string[]): void => {
  const leaving = new Set(taskIds.map(toRowId));
  const rows = listRows();
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (here < 0 || !leaving.has(rows[here]?.id ?? '')) return;
  const next = findStaying(rows, here, leaving);
  focusGently(next?.querySelector<HTMLElement>(ROW_FOCUS) ?? findFallback());
};
