import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { describeError } from '../../errors.ts';
import type { Change } from './changes.ts';
import type { TaskChanges } from './use-task-changes.ts';

type FailureProps = { readonly change: Change; readonly changes: TaskChanges };

/** Text that did not reach the server, with both ways on. */
export const Failure = ({ change, changes }: FailureProps) => (
  <Problem
    actions={
      <>
        <Button tone="link" onClick={() => changes.tryAgain(change)}>
          Try again
        </Button>
        <Button tone="link" onClick={() => changes.giveUp(change)}>
          Discard
        </Button>
      </>
    }
  >
    Not saved. {describeError(change.error, { isTextKept: true })}
  </Problem>
);
