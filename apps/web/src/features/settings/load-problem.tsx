import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { describeError } from '../../errors.ts';

type LoadProblemProps = { readonly what: string; readonly error: unknown; readonly onRetry: () => void };

/** What could not be read, and the way to try again. */
export const LoadProblem = ({ what, error, onRetry }: LoadProblemProps) => (
  <Problem
    actions={
      <Button tone="link" onClick={onRetry}>
        Try again
      </Button>
    }
  >
    {what} could not be loaded. {describeError(error)}
  </Problem>
);
