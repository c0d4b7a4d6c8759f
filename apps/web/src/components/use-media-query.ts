import { useCallback, useSyncExternalStore } from 'react';

/** From this width on there is room for the list and a task beside it. */
export const WIDE = '(min-width: 1080px)';
/** A keyboard is at hand, and taking the caret does not raise one over the page. */
export const HAS_KEYBOARD = '(min-width: 720px) and (hover: hover)';

/** Rows are higher where a finger hits them. */
export const TOUCH = '(pointer: coarse)';

const known = new Map<string, MediaQueryList>();

/** One object for each query, since making it costs more than asking it. */
const readMedia = (query: string): MediaQueryList => {
  const media = known.get(query) ?? window.matchMedia(query);
  known.set(query, media);
  return media;
};

export const matchesMedia = (query: string): boolean => readMedia(query).matches;

export const useMediaQuery = (query: string): boolean => {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = readMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchesMedia(query));
};
