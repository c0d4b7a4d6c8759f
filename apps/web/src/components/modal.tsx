import { type ComponentProps, type MouseEvent, useLayoutEffect, useRef } from 'react';
import { enterTop } from './top-dialog.ts';
import { HAS_KEYBOARD, matchesMedia } from './use-media-query.ts';

type ModalProps = Omit<
  ComponentProps<'dialog'>,
  'ref' | 'tabIndex' | 'onCancel' | 'onClick' | 'onPointerDown' | 'onClose'
> & {
  readonly onClose: () => void;
};

const FIELD = 'textarea, input:not([hidden], [type="checkbox"], [type="radio"])';

/** Whether the pointer is on the veil around the dialog, which counts as the dialog itself. */
const isBeside = ({ target, currentTarget, clientX, clientY }: MouseEvent<HTMLDialogElement>): boolean => {
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  const isInside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  return target === currentTarget && !isInside;
};

/**
 * The browser's own dialog over a page that waits; Escape and a click beside it close it. The first focus is in the first
 * field where there is a keyboard, and else on the dialog itself: never on a button that may delete.
 */
export const Modal = ({ onClose, ...dialog }: ModalProps) => {
  const ref = useRef<HTMLDialogElement>(null);
  const isPressedBeside = useRef(false);

  // Ahead of the effects by which something inside takes the focus.
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    element.showModal();
    const field = matchesMedia(HAS_KEYBOARD) ? element.querySelector<HTMLElement>(FIELD) : null;
    (field ?? element).focus();
    const leaveTop = enterTop(element);
    return () => {
      leaveTop();
      element.close();
    };
  }, []);

  return (
    <dialog
      {...dialog}
      ref={ref}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        isPressedBeside.current = isBeside(event);
      }}
      // Not earlier: what is pressed while the dialog goes would go on to what lies beneath.
      onClick={(event) => {
        if (isPressedBeside.current && isBeside(event)) onClose();
      }}
    />
  );
};
