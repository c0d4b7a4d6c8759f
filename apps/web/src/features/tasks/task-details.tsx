import './task-details.css';
import { Button, IconButton } from '../../components/button.tsx';
import { Check } from '../../components/check.tsx';
import { CloseIcon, DeleteIcon } from '../../components/icons.tsx';
import { Problem } from '../../components/problem.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { HAS_KEYBOARD, matchesMedia } from '../../components/use-media-query.ts';
import { sayDay, sayInstant } from '../../dates.ts';
import { describeError, readErrorAnswer } from '../../errors.ts';
import { type ShownTask, toShown } from '../../sync/lay-over.ts';
import { useSyncState } from '../../sync-context.tsx';
import { trpc } from '../../trpc.ts';
import { DescriptionEditor } from './description-editor.tsx';
import { Failure } from './failure.tsx';
import { TitleEditor } from './title-editor.tsx';
import type { TaskActions } from './use-task-actions.ts';

type TaskDetailsProps = {
  readonly id: string;
  readonly actions: TaskActions;
  readonly onComplete: (task: ShownTask) => void;
  readonly onRemove: (task: ShownTask) => void;
  readonly onClose: () => void;
};

/** The task, also where it is older than those that this browser holds. */
const useTask = (id: string) => {
  const held = useSyncState(({ byId }) => byId.get(id));
  const isRead = useSyncState((state) => state.isLoaded && state.isWhole);
  const query = trpc.tasks.get.useQuery({ id }, { enabled: isRead && held === undefined });
  const fetched: ShownTask | undefined = query.data && toShown(query.data);
  const isGone = held?.deletedAt != null;
  return { task: isGone ? undefined : (held ?? fetched), isGone, query };
};

/** The open task, beside the list or as a sheet over it. */
export const TaskDetails = ({ id, actions, onComplete, onRemove, onClose }: TaskDetailsProps) => {
  const { task, isGone, query } = useTask(id);

  return (
    <SidePanel label="Task details" onClose={onClose}>
      <div className="details">
        <div className="details-bar">
          <h2>Details</h2>
          {task ? (
            <IconButton label="Delete task" side="below-end" onClick={() => onRemove(task)}>
              <DeleteIcon />
            </IconButton>
          ) : null}
          <IconButton label="Close details" hint="Close" shortcut="Esc" side="below-end" onClick={onClose}>
            <CloseIcon />
          </IconButton>
        </div>
        {task ? <Fields key={id} task={task} actions={actions} onComplete={onComplete} /> : null}
        {isGone ? <p className="details-status">This task is in the trash.</p> : null}
        {task || isGone || !query.isError ? null : (
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
        {task || isGone || query.isError ? null : <p className="details-status">Loading the task…</p>}
      </div>
    </SidePanel>
  );
};

type FieldsProps = Pick<TaskDetailsProps, 'actions' | 'onComplete'> & { readonly task: ShownTask };

const sayStatus = ({ failure, isPending }: ShownTask, isLive: boolean): string => {
  if (failure) return 'Not saved';
  if (!isPending) return 'Saved';
  return isLive ? 'Not saved yet' : 'Kept here, and saved when Docket can be reached';
};

const Fields = ({ task, actions, onComplete }: FieldsProps) => {
  const isLive = useSyncState(({ connection }) => connection === 'live');
  return (
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
            title={task.title}
            hasFocus={matchesMedia(HAS_KEYBOARD)}
            onDone={(title) => {
              if (title !== null) actions.rename(task, title);
            }}
          />
        </div>
      </div>
      {task.failure ? <Failure write={task.failure} /> : null}
      <DescriptionEditor
        description={task.description}
        status={sayStatus(task, isLive)}
        onSave={(description) => actions.describe(task, description)}
        onLeave={(before) => actions.offerFormerDescription(task, before)}
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
};
