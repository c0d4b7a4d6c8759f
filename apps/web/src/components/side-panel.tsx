import './side-panel.css';
import { type ReactNode, useEffect, useRef } from 'react';
import { useMediaQuery, WIDE } from './use-media-query.ts';

type SidePanelProps = { readonly label: string; readonly onClose: () => void; readonly children: ReactNode };

/** A place beside the list where there is room, and a sheet over it where there is none. */
export const SidePanel = ({ label, onClose, children }: SidePanelProps) =>
  useMediaQuery(WIDE) ? (
    <aside
      className="side-panel"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      {children}
    </aside>
  ) : (
    <Sheet label={label} onClose={onClose}>
      {children}
    </Sheet>
  );

const Sheet = ({ label, onClose, children }: SidePanelProps) => {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="sheet-content">{children}</div>
    </dialog>
  );
};
