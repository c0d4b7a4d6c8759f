import './form-actions.css';
import './dialog.css';
import { type ReactNode, useId } from 'react';
import { Modal } from './modal.tsx';

type DialogProps = { readonly title: string; readonly onClose: () => void; readonly children: ReactNode };

/** A question over the page that waits for its answer. */
export const Dialog = ({ title, onClose, children }: DialogProps) => {
  const id = useId();
  return (
    <Modal className="dialog" aria-labelledby={id} onClose={onClose}>
      <div className="dialog-content">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </Modal>
  );
};
