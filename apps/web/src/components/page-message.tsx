import './page-message.css';
import type { ReactNode } from 'react';
import { useDocumentTitle } from './use-document-title.ts';

type PageMessageProps = { readonly title: string; readonly children: ReactNode; readonly actions?: ReactNode };

/** A whole page that says one thing: not found, or broken. */
export const PageMessage = ({ title, children, actions }: PageMessageProps) => {
  useDocumentTitle(title);
  return (
    <main className="page-message" id="main">
      <h1>{title}</h1>
      <p>{children}</p>
      <div className="page-message-actions">{actions}</div>
    </main>
  );
};
