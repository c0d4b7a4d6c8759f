import './auth-page.css';
import type { ReactNode } from 'react';
import { Brand } from '../../components/brand.tsx';
import { useDocumentTitle } from '../../components/use-document-title.ts';

type AuthPageProps = {
  readonly title: string;
  readonly otherWay: ReactNode;
  readonly children: ReactNode;
};

/** One column: the name, one sentence on what this is, the form, the other way in. */
export const AuthPage = ({ title, otherWay, children }: AuthPageProps) => {
  useDocumentTitle(title);
  return (
    <main className="auth-page" id="main">
      <Brand />
      <div className="auth-head">
        <h1>{title}</h1>
        <p>Docket keeps what you have to do, and nothing else.</p>
      </div>
      {children}
      <p className="auth-other-way">{otherWay}</p>
    </main>
  );
};
