import './menu.css';
import { type ReactNode, useEffect, useRef, useState } from 'react';

type MenuProps = { readonly label: string; readonly trigger: ReactNode; readonly children: ReactNode };

/** A button that opens a small panel of controls; Escape, a click elsewhere or leaving it by Tab closes it. */
export const Menu = ({ label, trigger, children }: MenuProps) => {
  const [isOpen, setIsOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return undefined;
    const closeElsewhere = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setIsOpen(false);
    };
    document.addEventListener('pointerdown', closeElsewhere);
    document.addEventListener('focusin', closeElsewhere);
    return () => {
      document.removeEventListener('pointerdown', closeElsewhere);
      document.removeEventListener('focusin', closeElsewhere);
    };
  }, [isOpen]);

  return (
    <div
      ref={root}
      className="menu"
      onClick={(event) => {
        // Whoever follows a link out of it has chosen.
        if (event.target instanceof Element && event.target.closest('a')) setIsOpen(false);
      }}
      onKeyDown={(event) => {
        const isInDialog = event.target instanceof Element && event.target.closest('dialog') !== null;
        if (event.key !== 'Escape' || !isOpen || isInDialog) return;
        event.preventDefault();
        setIsOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="menu-trigger"
        aria-label={label}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {trigger}
      </button>
      {isOpen ? (
        <>
          {/* What a finger hits beside the menu is to close it, and nothing else. */}
          <div className="menu-veil" onClick={() => setIsOpen(false)} />
          <fieldset className="menu-panel" aria-label={label}>
            {children}
          </fieldset>
        </>
      ) : null}
    </div>
  );
};
