import './side-panel.css';
import type { ReactNode } from 'react';
import { Modal } from './modal.tsx';
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
    <Modal className="sheet" aria-label={label} onClose={onClose}>
      <div className="sheet-content">{children}</div>
    </Modal>
  );
