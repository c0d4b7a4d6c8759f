import { useEffect, useRef } from 'react';

/** Runs when the page goes out of sight, which is also the last that a page hears before it is closed. */
export const useWhenHidden = (run: () => void): void => {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const listen = () => {
      if (document.visibilityState === 'hidden') latest.current();
    };
    document.addEventListener('visibilitychange', listen);
    return () => document.removeEventListener('visibilitychange', listen);
  }, []);
};
