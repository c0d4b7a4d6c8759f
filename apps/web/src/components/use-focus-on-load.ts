import { type RefObject, useEffect } from 'react';
import { HAS_KEYBOARD, matchesMedia } from './use-media-query.ts';

/** The caret is in the field as the view appears, unless that would raise a keyboard over it. */
export const useFocusOnLoad = (field: RefObject<HTMLElement | null>, isWanted = true): void => {
  useEffect(() => {
    if (isWanted && matchesMedia(HAS_KEYBOARD)) field.current?.focus();
    // Only as the view appears, whatever changes later.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
};
