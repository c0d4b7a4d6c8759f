import './task-list.css';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useDocumentTitle } from '../../components/use-document-title.ts';
import type { ShownTask } from '../../sync/lay-over.ts';
import { useSyncState } from '../../sync-context.tsx';
import { Arriving } from './arriving.tsx';
import { LoadMore } from './load-more.tsx';
import { moveFocusOut } from './row-focus.ts';
import { TrashRow } from './trash-row.tsx';
import { useTaskActions } from './use-task-actions.ts';
import { VirtualRows } from './virtual-rows.tsx';

const compareDeletion = (a: ShownTask, b: ShownTask): number => ((a.deletedAt ?? '') < (b.deletedAt ?? '') ? 1 : -1);

/** What was deleted and can still be had back, the latest first. */
export const TrashPage = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  const { restore } = useTaskActions();
  const isLoaded = useSyncState((state) => state.isLoaded && state.isWhole);
  const hasMore = useSyncState((state) => state.hasMoreTrash);
  const trash = useSyncState((state) => state.trash);
  const tasks = useMemo(() => trash.toSorted(compareDeletion), [trash]);
  useDocumentTitle('Trash');

  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, []);

  const restoreTask = useCallback(
    (task: ShownTask) => {
      moveFocusOut([task.id]);
      restore(task);
    },
    [restore],
  );

  return (
    <div className="task-page">
      <main className="task-column" id="main" tabIndex={-1}>
        <header className="task-head">
          <h1 ref={heading} tabIndex={-1}>
            Trash
          </h1>
        </header>
        {isLoaded ? null : <Arriving />}
        {isLoaded && tasks.length === 0 && !hasMore ? (
          <p className="task-empty">The trash is empty. What you delete can be restored from here for 30 days.</p>
        ) : null}
        {!isLoaded || tasks.length === 0 ? null : (
          <VirtualRows label="Trash" view="trash" tasks={tasks} count={tasks.length} hasMore={hasMore}>
            {(task) => <TrashRow task={task} onRestore={restoreTask} />}
          </VirtualRows>
        )}
        {isLoaded && hasMore ? <LoadMore list="trash" /> : null}
      </main>
    </div>
  );
};
