import { useEffect } from 'react';
import { hasOwnUndo, isTyping } from './use-shortcut.ts';

/** Keys that go on moving for as long as they are held. */
const MOVING = /^(?:Arrow|Page|Home$|End$|Tab$)/;
const CONTROLS = 'button, a, label, input';
const DOUBLE_TAP_MILLISECONDS = 300;
/** A finger does not hit the same place twice, but rows are 44 apart. */
const DOUBLE_TAP_PIXELS = 16;

const stop = (event: Event): void => {
  event.preventDefault();
  event.stopPropagation();
};

const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(CONTROLS) !== null;

/** Whether a held key is to go on: it moves, or writes in the field where it was pressed. */
const mayRepeat = (event: KeyboardEvent, pressedIn: EventTarget | null): boolean => {
  const { key, target } = event;
  if (MOVING.test(key)) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return key.toLowerCase() !== 'z' || hasOwnUndo(target);
  if (key === ' ' && !isControl(target)) return true;
  const isEnd = key === 'Escape' || (key === 'Enter' && target instanceof HTMLInputElement);
  return isTyping(target) && target === pressedIn && !isEnd;
};

/** Tells the second of two presses on one place. A touch screen counts taps on neighbours as one place, so they are measured. */
const createDoubleDetector = () => {
  let last = { time: -Infinity, x: 0, y: 0 };
  return (event: MouseEvent): boolean => {
    if (!(event instanceof PointerEvent) || event.pointerType !== 'touch') return event.detail > 1;
    const { timeStamp: time, clientX: x, clientY: y } = event;
    const isNear = Math.hypot(x - last.x, y - last.y) < DOUBLE_TAP_PIXELS;
    const isSecond = isNear && time - last.time < DOUBLE_TAP_MILLISECONDS;
    last = { time, x, y };
    return isSecond;
  };
};

/**
 * One press does one thing: a held key moves or writes and nothing else, the second half of a double press hits nothing
 * that came to lie there, and the keys of an input method are its own.
 */
export const usePressGuard = (): void => {
  useEffect(() => {
    const ending = new AbortController();
    const options = { capture: true, signal: ending.signal };
    const isSecond = createDoubleDetector();
    let pressedIn: EventTarget | null = null;

    const guardKey = (event: KeyboardEvent) => {
      if (event.isComposing) {
        event.stopPropagation();
        if (event.key === 'Enter') event.preventDefault();
      }
      if (!event.repeat) pressedIn = event.target;
      else if (!mayRepeat(event, pressedIn)) stop(event);
    };
    document.addEventListener('keydown', guardKey, options);
    document.addEventListener(
      'click',
      (event) => {
        if (isSecond(event) && isControl(event.target)) stop(event);
      },
      options,
    );
    return () => ending.abort();
  }, []);
};
