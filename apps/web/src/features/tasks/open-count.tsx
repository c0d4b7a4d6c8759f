import { useChangesUnderWay } from './use-task-changes.ts';
import { useTaskList } from './use-task-list.ts';

/** How many open tasks there are, for the sidebar. */
export const OpenCount = () => {
  const { countText } = useTaskList(false, useChangesUnderWay());
  return countText === null || countText === '0' ? null : (
    <span className="shell-count" aria-hidden="true">
      {countText}
    </span>
  );
};
