import type { Task } from '@docket/domain';
import { useCallback, useEffect, useRef, useState } from 'react';

const LINGER_MILLISECONDS = 2_400;
const LEAVE_MILLISECONDS = 180;

/**
 * The tasks that no longer belong to the view but stay a moment, so that one can take it back. Every further one begins
 * the moment anew and all leave together: rows that left one by one would slide under a pointer about to tick the next.
 */
export const useLingering = (completed: boolean, onLeave: (taskIds: readonly string[]) => void) => {
  const [lingering, setLingering] = useState<ReadonlyMap<string, Task>>(new Map());
  const [isLeaving, setIsLeaving] = useState(false);
  const latestOnLeave = useRef(onLeave);

  useEffect(() => {
    latestOnLeave.current = onLeave;
  });

  useEffect(() => {
    if (lingering.size === 0) return undefined;
    if (isLeaving) {
      const timer = setTimeout(() => {
        latestOnLeave.current(
          [...lingering.values()].filter((task) => task.completed !== completed).map(({ id }) => id),
        );
        setLingering(new Map());
        setIsLeaving(false);
      }, LEAVE_MILLISECONDS);
      return () => clearTimeout(timer);
    }
    const timer = setTimeout(() => setIsLeaving(true), LINGER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [completed, isLeaving, lingering]);

  /** `task` as it is to be: it stands in for the server's until the moment is over. */
  const linger = useCallback((task: Task) => {
    setIsLeaving(false);
    setLingering((before) => new Map(before).set(task.id, task));
  }, []);
  const forget = useCallback((id: string) => {
    setLingering((before) => new Map([...before].filter(([other]) => other !== id)));
  }, []);

  return { lingering, isLeaving, linger, forget };
};
