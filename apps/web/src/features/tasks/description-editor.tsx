import { useEffect, useId, useRef, useState } from 'react';
import { GrowingTextArea } from '../../components/growing-text-area.tsx';
import { useWhenHidden } from '../../components/use-when-hidden.ts';
import { checkText, prepareRules } from './check-text.ts';

type DescriptionEditorProps = {
  readonly description: string;
  readonly status: string;
  readonly onSave: (description: string) => void;
  /** Whoever wrote has left; `before` is what stood there when they began. */
  readonly onLeave: (before: string) => void;
};

/** However fast one writes, no more often than this. */
const SAVE_EVERY_MILLISECONDS = 700;

/** Saves by itself: as soon as one begins to write, every now and then, and when the field, the panel or the page is left. */
export const DescriptionEditor = ({ description, status, onSave, onLeave }: DescriptionEditorProps) => {
  const id = useId();
  const [text, setText] = useState(description);
  const [base, setBase] = useState(description);
  const [error, setError] = useState<string>();
  /** What stood there before somebody began to write; null while nobody does. */
  const former = useRef<string | null>(null);
  const nextSaveAt = useRef(0);

  // Changed from elsewhere while nobody types here.
  if (base !== description) {
    setBase(description);
    if (text === base) setText(description);
  }

  const save = (written: string) => {
    if (written === description) return;
    nextSaveAt.current = Date.now() + SAVE_EVERY_MILLISECONDS;
    const checked = checkText({ description: written });
    if ('fault' in checked) setError(checked.fault);
    else onSave(written);
  };
  const leave = () => {
    save(text);
    const before = former.current;
    former.current = null;
    if (before !== null && before !== text) onLeave(before);
  };
  const latestSave = useRef(save);
  const latestLeave = useRef(leave);

  useEffect(() => {
    latestSave.current = save;
    latestLeave.current = leave;
  });

  useEffect(() => {
    if (text === description) return undefined;
    const timer = setTimeout(() => latestSave.current(text), nextSaveAt.current - Date.now());
    return () => clearTimeout(timer);
  }, [text, description]);

  useWhenHidden(() => save(text));
  useEffect(() => () => latestLeave.current(), []);

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
          former.current ??= text;
          void prepareRules();
          setText(event.target.value);
          setError(undefined);
          if (Date.now() >= nextSaveAt.current) save(event.target.value);
        }}
        onBlur={leave}
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
