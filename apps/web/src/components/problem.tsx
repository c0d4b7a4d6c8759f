import './problem.css';
import type { ReactNode } from 'react';

type ProblemProps = { readonly children: ReactNode; readonly actions?: ReactNode; readonly id?: string };

/** What went wrong, beside where it went wrong, with what one can do about it. */
export const Problem = ({ children, actions, ...rest }: ProblemProps) => (
  <div className="problem" {...rest}>
    <p>{children}</p>
    {actions === undefined ? null : <div className="problem-actions">{actions}</div>}
  </div>
);
