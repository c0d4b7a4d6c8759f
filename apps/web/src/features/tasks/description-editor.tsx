import { useEffect, useId, useRef, useState } from 'react';
import { GrowingTextArea } from '../../components/growing-text-area.tsx';
import { checkText, prepareRules } from './check-text.ts';

type DescriptionEditorProps = {
  readonly description: string;
  readonly status: string;
  readonly onSave: (description: string) => void;
  /** Whoever wrote has left; `before` is what stood there when they began. */
  readonly onLeave: (before: string) => void;
};

const PAUSE_MILLISECONDS = 700;

/** Saves by itself: after a pause, on leaving, and when the panel or the page goes away. */
export const DescriptionEditor = ({ description, status, onSave, onLeave }: DescriptionEditorProps) => {
  const id = useId();
  const [text, setText] = useState(description);
  const [base, setBase] = useState(description);
  const [error, setError] = useState<string>();
  /** What stood there before somebody began to write; null while nobody does. */
  const former = useRef<string | null>(null);

  // Changed from elsewhere while nobody types here.
  if (base !== description) {
    setBase(description);
    if (text === base) setText(description);
  }

  const save = () => {
    if (text === description) return;
    const checked = checkText({ description: text });
    if ('fault' in checked) setError(checked.fault);
    else onSave(text);
  };
  const leave = () => {
    save();
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
      latestLeave.current();
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
          former.current ??= text;
          void prepareRules();
          setText(event.target.value);
          setError(undefined);
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
