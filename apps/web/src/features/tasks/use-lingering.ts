import { useCallback, useEffect, useRef, useState } from 'react';

const LINGER_MILLISECONDS = 2_400;
const LEAVE_MILLISECONDS = 180;
const NONE: ReadonlySet<string> = new Set();

/**
 * The tasks that no longer belong to the view but stay a moment, so that one can take it back. Every further one begins
 * the moment anew and all leave together: rows that left one by one would slide under a pointer about to tick the next.
 */
export const useLingering = (onLeave: (taskIds: ReadonlySet<string>) => void) => {
  const [lingering, setLingering] = useState(NONE);
  const [isLeaving, setIsLeaving] = useState(false);
  const latestOnLeave = useRef(onLeave);

  useEffect(() => {
    latestOnLeave.current = onLeave;
  });

  useEffect(() => {
    if (lingering.size === 0) return undefined;
    if (isLeaving) {
      const timer = setTimeout(() => {
        latestOnLeave.current(lingering);
        setLingering(NONE);
        setIsLeaving(false);
      }, LEAVE_MILLISECONDS);
      return () => clearTimeout(timer);
    }
    const timer = setTimeout(() => setIsLeaving(true), LINGER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isLeaving, lingering]);

  const linger = useCallback((id: string) => {
    setIsLeaving(false);
    setLingering((before) => new Set(before).add(id));
  }, []);

  return { lingering, isLeaving, linger };
};
