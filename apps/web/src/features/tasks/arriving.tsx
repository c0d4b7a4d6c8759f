import { useEffect, useState } from 'react';
import { Problem } from '../../components/problem.tsx';
import { useSyncState } from '../../sync-context.tsx';
import { SkeletonRows } from './skeleton-rows.tsx';

const LATE_MILLISECONDS = 5_000;

/** The list's place while this browser has none of the tasks yet; said to be late where it is. */
export const Arriving = () => {
  const isOffline = useSyncState(({ connection }) => connection === 'offline');
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(setIsLate, LATE_MILLISECONDS, true);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      {isOffline || isLate ? (
        <Problem>
          {isOffline ? 'Docket cannot be reached.' : 'Docket does not answer yet.'} You are still signed in, and all
          that was saved is safe. This page tries again by itself.
        </Problem>
      ) : null}
      <SkeletonRows />
    </>
  );
};
