import { useSyncState } from '../../sync-context.tsx';

/** How many open tasks there are, for the sidebar. */
export const OpenCount = () => {
  const count = useSyncState(({ counts }) => counts.open);
  return count === 0 ? null : (
    <span className="shell-count" aria-hidden="true">
      {count}
    </span>
  );
};
