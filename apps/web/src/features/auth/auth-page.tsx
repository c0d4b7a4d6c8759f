import './auth-page.css';
import { type ReactNode, useEffect, useRef } from 'react';
import { Brand } from '../../components/brand.tsx';
import { useDocumentTitle } from '../../components/use-document-title.ts';

type AuthPageProps = {
  readonly title: string;
  /** One sentence on what this is. */
  readonly lead?: ReactNode;
  readonly otherWay: ReactNode;
  readonly children?: ReactNode;
};

/** One column: the name, one sentence on what this is, the form, the other way in. */
export const AuthPage = ({ title, lead, otherWay, children }: AuthPageProps) => {
  useDocumentTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);

  // Where the form has made way for an answer, under another title, that is read out.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    // oxlint-disable-next-line react/exhaustive-deps -- the title tells that it is another page
  }, [title]);

  return (
    <main className="auth-page" id="main">
      <Brand />
      <div className="auth-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{lead ?? 'Docket keeps what you have to do, and nothing else.'}</p>
      </div>
      {children}
      <p className="auth-other-way">{otherWay}</p>
    </main>
  );
};
