import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { describeError } from '../../errors.ts';

/** So long a section may look as if it were about to show what it is for. */
const PATIENCE_MS = 3_000;

type LoadStateProps = {
  /** What is asked for: "Your devices". */
  readonly what: string;
  readonly label: string;
  /** Of the outline; none where something else stands there meanwhile. */
  readonly rows: number;
  readonly query: {
    readonly isPending: boolean;
    readonly isError: boolean;
    /** Why the last try failed, also while there is another one. */
    readonly failureReason: unknown;
  };
  readonly onRetry: () => void;
};

/** Stands in for what is not here yet: its outline at first, then what is missing and the way to try again. */
export const LoadState = ({ what, label, rows, query, onRetry }: LoadStateProps) => {
  const [tries, setTries] = useState(1);
  const [lateTry, setLateTry] = useState(0);
  const { isPending, isError, failureReason } = query;

  useEffect(() => {
    if (!isPending) return undefined;
    const timer = setTimeout(() => setLateTry(tries), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isPending, tries]);

  if (!isError && !isPending) return null;
  if (!isError && lateTry !== tries) return rows === 0 ? null : <Skeleton label={label} rows={rows} />;
  return (
    <Problem
      actions={
        <Button
          tone="link"
          onClick={() => {
            setTries(tries + 1);
            onRetry();
          }}
        >
          Try again
        </Button>
      }
    >
      {what} could not be loaded. {describeError(failureReason)}
    </Problem>
  );
};
