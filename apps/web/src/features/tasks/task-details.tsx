import './task-details.css';
import { useEffect, useRef } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Check } from '../../components/check.tsx';
import { CloseIcon, DeleteIcon } from '../../components/icons.tsx';
import { Problem } from '../../components/problem.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { HAS_KEYBOARD, matchesMedia } from '../../components/use-media-query.ts';
import { describeError, readErrorAnswer } from '../../errors.ts';
import { trpc } from '../../trpc.ts';
import { type Change, layChangesOver, type ShownTask } from './changes.ts';
import { sayDay, sayInstant } from '../../dates.ts';
import { DescriptionEditor } from './description-editor.tsx';
import { Failure } from './failure.tsx';
import { TitleEditor } from './title-editor.tsx';
import type { TaskChanges } from './use-task-changes.ts';

type TaskDetailsProps = {
  readonly id: string;
  /** The task as the list has it, where it does. */
  readonly listed: ShownTask | undefined;
  readonly changesUnderWay: readonly Change[];
  readonly changes: TaskChanges;
  readonly onComplete: (task: ShownTask) => void;
  readonly onRemove: (task: ShownTask) => void;
  readonly onClose: () => void;
};

/** The open task, beside the list or as a sheet over it. */
export const TaskDetails = ({ id, listed, changesUnderWay, onClose, ...actions }: TaskDetailsProps) => {
  const query = trpc.tasks.get.useQuery({ id }, { enabled: listed?.isNew !== true });
  const own = changesUnderWay.filter(({ input }) => input.id === id);
  const [fetched] = query.data ? layChangesOver([query.data], own) : [];
  const task = listed ?? fetched;
  const closeButton = useRef<HTMLButtonElement>(null);

  // Where no keyboard would be raised over the page, the title takes the caret itself.
  useEffect(() => {
    if (!matchesMedia(HAS_KEYBOARD)) closeButton.current?.focus();
  }, []);

  return (
    <SidePanel label="Task details" onClose={onClose}>
      <div className="details">
        <div className="details-bar">
          <h2>Details</h2>
          {task ? (
            <IconButton label="Delete task" side="below-end" onClick={() => actions.onRemove(task)}>
              <DeleteIcon />
            </IconButton>
          ) : null}
          <IconButton
            ref={closeButton}
            label="Close details"
            hint="Close"
            shortcut="Esc"
            side="below-end"
            onClick={onClose}
          >
            <CloseIcon />
          </IconButton>
        </div>
        {task ? <Fields key={id} task={task} isSaving={own.some(({ error }) => error === null)} {...actions} /> : null}
        {task || !query.isError ? null : (
          <Problem
            actions={
              readErrorAnswer(query.error)?.code === 'NOT_FOUND' ? undefined : (
                <Button tone="link" onClick={() => void query.refetch()}>
                  Try again
                </Button>
              )
            }
          >
            {describeError(query.error)}
          </Problem>
        )}
        {task || query.isError ? null : <p className="details-status">Loading the task…</p>}
      </div>
    </SidePanel>
  );
};

type FieldsProps = Pick<TaskDetailsProps, 'changes' | 'onComplete'> & {
  readonly task: ShownTask;
  readonly isSaving: boolean;
};

const Fields = ({ task, isSaving, changes, onComplete }: FieldsProps) => (
  <>
    <div className="details-title-row">
      <Check
        label={`Complete: ${task.title}`}
        isChecked={task.completed}
        isDisabled={task.isNew && task.failure !== null}
        onChange={() => onComplete(task)}
      />
      <div className="details-title-field">
        <TitleEditor
          className="details-title"
          taskId={task.id}
          title={task.title}
          hasFocus={matchesMedia(HAS_KEYBOARD)}
          onDone={(title) => {
            if (title !== null) changes.changeText(task, { title });
          }}
        />
      </div>
    </div>
    {task.failure ? <Failure change={task.failure} changes={changes} /> : null}
    <DescriptionEditor
      taskId={task.id}
      description={task.description}
      status={task.failure ? 'Not saved' : isSaving ? 'Saving…' : 'Saved'}
      onSave={(description) => changes.changeText(task, { description })}
    />
    <dl className="details-facts">
      <dt>Added</dt>
      <dd>
        <time dateTime={task.createdAt} title={sayInstant(task.createdAt)}>
          {sayDay(task.createdAt)}
        </time>
      </dd>
      {task.completedAt === null ? null : (
        <>
          <dt>Completed</dt>
          <dd>
            <time dateTime={task.completedAt} title={sayInstant(task.completedAt)}>
              {sayDay(task.completedAt)}
            </time>
          </dd>
        </>
      )}
    </dl>
  </>
);
