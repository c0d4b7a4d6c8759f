import { type KeyboardEvent, memo, useState } from 'react';
import { flushSync } from 'react-dom';
import { IconButton } from '../../components/button.tsx';
import { Check } from '../../components/check.tsx';
import { DeleteIcon, DetailsIcon, NoteIcon } from '../../components/icons.tsx';
import { HAS_KEYBOARD, useMediaQuery } from '../../components/use-media-query.ts';
import type { ShownTask } from './changes.ts';
import { sayDay, sayInstant } from '../../dates.ts';
import { Failure } from './failure.tsx';
import { focusRow, focusRowBeside, toRowId } from './row-focus.ts';
import { TitleEditor } from './title-editor.tsx';
import type { TaskChanges } from './use-task-changes.ts';

type TaskRowProps = {
  readonly task: ShownTask;
  readonly isOpen: boolean;
  readonly isLeaving: boolean;
  readonly changes: TaskChanges;
  readonly onComplete: (task: ShownTask) => void;
  readonly onRemove: (task: ShownTask) => void;
  readonly onOpen: (id: string) => void;
};

const TaskRowView = ({ task, isOpen, isLeaving, changes, onComplete, onRemove, onOpen }: TaskRowProps) => {
  const [isEditing, setIsEditing] = useState(false);
  const hasKeyboard = useMediaQuery(HAS_KEYBOARD);
  const isUnsaved = task.isNew && task.failure !== null;

  const runShortcut = (event: KeyboardEvent<HTMLElement>) => {
    if (isEditing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const shortcuts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focusRowBeside(event, 1),
      ArrowUp: () => focusRowBeside(event, -1),
      F2: () => setIsEditing(true),
      c: () => onComplete(task),
      o: () => onOpen(task.id),
      Delete: () => onRemove(task),
      Backspace: () => onRemove(task),
    };
    const run = shortcuts[event.key];
    if (!run || (isUnsaved && !event.key.startsWith('Arrow'))) return;
    event.preventDefault();
    run();
  };

  return (
    <li
      className="task-row"
      id={toRowId(task.id)}
      data-completed={task.completed}
      data-open={isOpen}
      data-leaving={isLeaving}
      onKeyDown={runShortcut}
    >
      <Check
        label={`Complete: ${task.title}`}
        isChecked={task.completed}
        isDisabled={isUnsaved}
        onChange={() => onComplete(task)}
      />
      <div className="task-body">
        {isEditing ? (
          <TitleEditor
            className="task-title-editor"
            taskId={task.id}
            title={task.title}
            hasFocus
            onDone={(title, isLeft) => {
              if (title !== null) changes.changeText(task, { title });
              // At once, so that the next key finds the focus on the row.
              flushSync(() => setIsEditing(false));
              if (!isLeft) focusRow(task.id);
            }}
          />
        ) : (
          <button
            type="button"
            className="task-title"
            aria-keyshortcuts="Enter F2 c o Delete"
            onClick={() => (hasKeyboard || isUnsaved ? setIsEditing(true) : onOpen(task.id))}
          >
            <span>{task.title}</span>
          </button>
        )}
        {task.failure ? <Failure change={task.failure} changes={changes} /> : null}
      </div>
      <div className="task-facts">
        {task.description === '' ? null : (
          <span title="Has a description">
            <NoteIcon />
            <span className="visually-hidden">Has a description</span>
          </span>
        )}
        {task.completedAt !== null && !isLeaving ? (
          <time dateTime={task.completedAt} title={sayInstant(task.completedAt)}>
            {sayDay(task.completedAt)}
          </time>
        ) : null}
      </div>
      <div className="task-actions" hidden={isUnsaved}>
        <IconButton
          label={`Delete: ${task.title}`}
          hint="Delete"
          shortcut="Del"
          side="below-end"
          onClick={() => onRemove(task)}
        >
          <DeleteIcon />
        </IconButton>
        <IconButton
          label={`Open details: ${task.title}`}
          hint="Open details"
          shortcut="O"
          side="below-end"
          aria-expanded={isOpen}
          onClick={() => onOpen(task.id)}
        >
          <DetailsIcon />
        </IconButton>
      </div>
    </li>
  );
};

/** One task of a list. It renders again only when something of it changed. */
export const TaskRow = memo(TaskRowView);
