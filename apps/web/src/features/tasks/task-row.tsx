import { type KeyboardEvent, memo, useState } from 'react';
import { flushSync } from 'react-dom';
import { IconButton } from '../../components/button.tsx';
import { Check } from '../../components/check.tsx';
import { DeleteIcon, DetailsIcon, NoteIcon } from '../../components/icons.tsx';
import { HAS_KEYBOARD, matchesMedia } from '../../components/use-media-query.ts';
import { sayDay, sayInstant } from '../../dates.ts';
import type { ShownTask } from '../../sync/lay-over.ts';
import { Failure } from './failure.tsx';
import { focusRow, toRowId } from './row-focus.ts';
import { TitleEditor } from './title-editor.tsx';

type TaskRowProps = {
  readonly task: ShownTask;
  readonly isOpen: boolean;
  readonly isLeaving: boolean;
  readonly onComplete: (task: ShownTask) => void;
  readonly onRename: (task: ShownTask, title: string) => void;
  readonly onRemove: (task: ShownTask) => void;
  readonly onOpen: (id: string) => void;
};

const TaskRowView = ({ task, isOpen, isLeaving, onComplete, onRename, onRemove, onOpen }: TaskRowProps) => {
  const [isEditing, setIsEditing] = useState(false);
  const isRefused = task.isNew && task.failure !== null;

  const runShortcut = (event: KeyboardEvent<HTMLElement>) => {
    if (isEditing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const shortcuts: Readonly<Record<string, () => void>> = {
      F2: () => setIsEditing(true),
      c: () => onComplete(task),
      o: () => onOpen(task.id),
      Delete: () => onRemove(task),
      Backspace: () => onRemove(task),
    };
    const run = shortcuts[event.key];
    if (!run || isRefused) return;
    event.preventDefault();
    run();
  };

  return (
    <div
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
        isDisabled={isRefused}
        onChange={() => onComplete(task)}
      />
      <div className="task-body">
        {isEditing ? (
          <TitleEditor
            className="task-title-editor"
            title={task.title}
            hasFocus
            onDone={(title, isLeft) => {
              if (title !== null) onRename(task, title);
              // At once, so that the next key finds the focus on the row.
              flushSync(() => setIsEditing(false));
              if (!isLeft) focusRow(task.id);
            }}
          />
        ) : (
          <button
            type="button"
            className="task-title"
            data-row-focus
            aria-keyshortcuts="Enter F2 c o Delete"
            onClick={() => (matchesMedia(HAS_KEYBOARD) || isRefused ? setIsEditing(true) : onOpen(task.id))}
          >
            <span>{task.title}</span>
          </button>
        )}
        {task.failure ? <Failure write={task.failure} /> : null}
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
      <div className="task-actions" hidden={isRefused}>
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
    </div>
  );
};

/** One task of a list. It renders again only when something of it changed. */
export const TaskRow = memo(TaskRowView);
