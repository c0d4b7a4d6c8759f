import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import type { FailedWrite } from '../../sync/writes.ts';
import { useSync } from '../../sync-context.tsx';

type FailureProps = {
  readonly write: FailedWrite;
  /** What was not saved, where that is not to be seen anyway. */
  readonly what?: string;
};

/** A change that the server refused: why, and both ways on. */
export const Failure = ({ write, what = 'Not saved.' }: FailureProps) => {
  const { retry, discard } = useSync();
  return (
    <Problem
      actions={
        <>
          <Button tone="link" onClick={() => retry(write.writeId)}>
            Retry
          </Button>
          <Button tone="link" onClick={() => discard(write.writeId)}>
            Discard
          </Button>
        </>
      }
    >
      {what} {write.failure.message}
    </Problem>
  );
};
