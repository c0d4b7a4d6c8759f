import { UpdateTaskInput } from '@docket/domain';
import { useEffect, useId, useRef, useState } from 'react';
import { GrowingTextArea } from '../../components/growing-text-area.tsx';
import { readIssues } from '../../errors.ts';

type DescriptionEditorProps = {
  readonly taskId: string;
  readonly description: string;
  readonly status: string;
  readonly onSave: (description: string) => void;
};

const PAUSE_MILLISECONDS = 700;

/** Saves by itself: after a pause, on leaving, and when the panel or the page goes away. */
export const DescriptionEditor = ({ taskId, description, status, onSave }: DescriptionEditorProps) => {
  const id = useId();
  const [text, setText] = useState(description);
  const [base, setBase] = useState(description);
  const [error, setError] = useState<string>();

  // Changed from elsewhere while nobody types here.
  if (base !== description) {
    setBase(description);
    if (text === base) setText(description);
  }

  const save = () => {
    if (text === description) return;
    const input = UpdateTaskInput.safeParse({ id: taskId, description: text });
    if (input.success) onSave(text);
    else setError(readIssues(input.error)['description']);
  };
  const latestSave = useRef(save);

  useEffect(() => {
    latestSave.current = save;
  });

  useEffect(() => {
    if (text === description) return undefined;
    const timer = setTimeout(() => latestSave.current(), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text, description]);

  useEffect(() => {
    const saveWhenHidden = () => {
      if (document.visibilityState === 'hidden') latestSave.current();
    };
    document.addEventListener('visibilitychange', saveWhenHidden);
    return () => {
      document.removeEventListener('visibilitychange', saveWhenHidden);
      latestSave.current();
    };
  }, []);

  return (
    <div className="details-field">
      <label htmlFor={id}>Description</label>
      <GrowingTextArea
        id={id}
        className="details-description"
        placeholder="Notes, links, anything."
        value={text}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        onChange={(event) => {
          setText(event.target.value);
          setError(undefined);
        }}
        onBlur={save}
      />
      {error === undefined ? null : (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      <p className="details-status">{text === description ? status : 'Not saved yet'}</p>
    </div>
  );
};
