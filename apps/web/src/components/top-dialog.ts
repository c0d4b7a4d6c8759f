import { useSyncExternalStore } from 'react';

/** The dialogs that are open, the uppermost last. Everything outside that one is inert. */
let opened: readonly HTMLDialogElement[] = [];
const listeners = new Set<() => void>();

const change = (next: readonly HTMLDialogElement[]): void => {
  opened = next;
  for (const listener of listeners) listener();
};

/** Makes a dialog the uppermost one; returns the way to take it out again. */
export const enterTop = (dialog: HTMLDialogElement): (() => void) => {
  change([...opened, dialog]);
  return () => change(opened.filter((one) => one !== dialog));
};

/** The uppermost open dialog; null where none is open. */
export const readTopDialog = (): HTMLDialogElement | null => opened.at(-1) ?? null;

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTopDialog = (): HTMLDialogElement | null => useSyncExternalStore(subscribe, readTopDialog);
