import './trash-row.css';
import { memo } from 'react';
import { Button } from '../../components/button.tsx';
import { sayAgo, sayInstant, sayLeft } from '../../dates.ts';
import { TRASH_KEPT_MS } from '../../sync/base-facts.ts';
import type { ShownTask } from '../../sync/lay-over.ts';
import { Failure } from './failure.tsx';
import { toRowId } from './row-focus.ts';

type TrashRowProps = { readonly task: ShownTask; readonly onRestore: (task: ShownTask) => void };

const TrashRowView = ({ task, onRestore }: TrashRowProps) => {
  const { deletedAt } = task;
  const goesAt = new Date(new Date(deletedAt ?? 0).getTime() + TRASH_KEPT_MS).toISOString();
  return (
    <div className="task-row trash-row" id={toRowId(task.id)} data-completed={task.completed}>
      <div className="task-body">
        <p className="task-title">
          <span>{task.title}</span>
        </p>
        {deletedAt === null ? null : (
          <small>
            Deleted{' '}
            <time dateTime={deletedAt} title={sayInstant(deletedAt)}>
              {sayAgo(deletedAt)}
            </time>
            , gone for good{' '}
            <time dateTime={goesAt} title={sayInstant(goesAt)}>
              {sayLeft(goesAt)}
            </time>
          </small>
        )}
        {task.failure ? <Failure write={task.failure} /> : null}
      </div>
      <Button data-row-focus aria-label={`Restore: ${task.title}`} onClick={() => onRestore(task)}>
        Restore
      </Button>
    </div>
  );
};

/** One task of the trash. It renders again only when something of it changed. */
export const TrashRow = memo(TrashRowView);
