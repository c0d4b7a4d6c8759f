import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { describeError } from '../../errors.ts';
import type { PagedList } from '../../sync/base-facts.ts';
import { useSync } from '../../sync-context.tsx';

type Loading = { readonly isUnderWay: boolean; readonly error: unknown };

const AHEAD = '480px';

/** The next older tasks: by themselves as the end of the list comes near, and by the button. After an error only so. */
export const LoadMore = ({ list }: { readonly list: PagedList }) => {
  const sync = useSync();
  const end = useRef<HTMLDivElement>(null);
  const [{ isUnderWay, error }, setLoading] = useState<Loading>({ isUnderWay: false, error: null });

  const load = async () => {
    setLoading({ isUnderWay: true, error: null });
    try {
      await sync.loadMore(list);
      setLoading({ isUnderWay: false, error: null });
    } catch (cause) {
      setLoading({ isUnderWay: false, error: cause });
    }
  };
  const latestLoad = useRef(load);
  const isIdle = !isUnderWay && error === null;

  useEffect(() => {
    latestLoad.current = load;
  });

  useEffect(() => {
    const element = end.current;
    if (!element || !isIdle) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void latestLoad.current();
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isIdle]);

  return (
    <div ref={end} className="load-more">
      {error === null ? null : <Problem>Older tasks could not be loaded. {describeError(error)}</Problem>}
      <Button aria-disabled={isUnderWay} onClick={isUnderWay ? undefined : () => void load()}>
        {isUnderWay ? 'Loading more…' : 'Load more'}
      </Button>
    </div>
  );
};
