import { type RefObject, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PlusIcon } from '../../components/icons.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { checkText, prepareRules } from './check-text.ts';
import { keepDraft, readDraft } from './drafts.ts';
import { focusFirstRow } from './row-focus.ts';

type AddTaskFormProps = {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly hasFocus: boolean;
  readonly onAdd: (title: string) => void;
};

/** The place to type. Enter adds and stays. */
export const AddTaskForm = ({ inputRef, hasFocus, onAdd }: AddTaskFormProps) => {
  const id = useId();
  useFocusOnLoad(inputRef, hasFocus);
  const [title, setTitle] = useState(readDraft);
  const [error, setError] = useState<string>();

  const change = (next: string) => {
    setTitle(next);
    setError(undefined);
    keepDraft(next);
    void prepareRules();
  };

  const submit = () => {
    // Nothing typed is nothing wrong: the second half of a double click lands here.
    if (title === '') return;
    const checked = checkText({ title });
    if ('fault' in checked) {
      setError(checked.fault);
      return;
    }
    onAdd(checked.fields.title ?? title);
    change('');
    inputRef.current?.focus();
  };

  return (
    <form
      className="add-task"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="add-task-box">
        <PlusIcon />
        <label className="visually-hidden" htmlFor={id}>
          New task
        </label>
        <input
          ref={inputRef}
          id={id}
          name="title"
          type="text"
          autoComplete="off"
          enterKeyHint="done"
          placeholder="New task"
          aria-keyshortcuts="n"
          value={title}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') focusFirstRow(event);
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        {title === '' ? (
          <kbd aria-hidden="true">N</kbd>
        ) : (
          <Button type="submit" tone="link" className="add-task-button">
            Add
          </Button>
        )}
      </div>
      {error === undefined ? null : (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </form>
  );
};
