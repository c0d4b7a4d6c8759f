import { useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { describeError } from '../../errors.ts';

type LoadMoreProps = { readonly isLoading: boolean; readonly error: unknown; readonly onLoad: () => void };

const AHEAD = '480px';

/** The next page: by itself as the end of the list comes near, and by the button. After an error only by the button. */
export const LoadMore = ({ isLoading, error, onLoad }: LoadMoreProps) => {
  const end = useRef<HTMLDivElement>(null);
  const latestOnLoad = useRef(onLoad);
  const isIdle = !isLoading && error === null;

  useEffect(() => {
    latestOnLoad.current = onLoad;
  });

  useEffect(() => {
    const element = end.current;
    if (!element || !isIdle) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latestOnLoad.current();
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isIdle]);

  return (
    <div ref={end} className="load-more">
      {error === null ? null : <Problem>More tasks could not be loaded. {describeError(error)}</Problem>}
      <Button aria-disabled={isLoading} onClick={isLoading ? undefined : onLoad}>
        {isLoading ? 'Loading more…' : 'Load more'}
      </Button>
    </div>
  );
};
