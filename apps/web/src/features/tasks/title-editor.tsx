import { useEffect, useId, useRef, useState } from 'react';
import { GrowingTextArea } from '../../components/growing-text-area.tsx';
import { useWhenHidden } from '../../components/use-when-hidden.ts';
import { checkText, prepareRules } from './check-text.ts';

type TitleEditorProps = {
  readonly title: string;
  readonly hasFocus: boolean;
  readonly className?: string;
  /** The new title, checked; null when it stays as it was. `isLeft` says that the focus went elsewhere by itself. */
  readonly onDone: (title: string | null, isLeft: boolean) => void;
};

/** A title being edited: Enter and leaving keep it, Escape takes it back. */
export const TitleEditor = ({ title, hasFocus, className = '', onDone }: TitleEditorProps) => {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(title);
  const [base, setBase] = useState(title);
  const [error, setError] = useState<string>();
  /** Enter and Escape end the edit; the blur that may follow as the field goes away is not another end. */
  const isEnded = useRef(false);

  // Changed from elsewhere while nobody types here.
  if (base !== title) {
    setBase(title);
    if (text === base) setText(title);
  }

  useEffect(() => {
    if (!hasFocus) return;
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [hasFocus]);

  const finish = (isLeft: boolean) => {
    if (isEnded.current) return;
    const checked = checkText({ title: text });
    if ('fault' in checked) {
      setError(checked.fault);
      return;
    }
    const next = checked.fields.title ?? text;
    setError(undefined);
    isEnded.current = true;
    onDone(next === title ? null : next, isLeft);
  };

  useWhenHidden(() => finish(true));

  return (
    <>
      <GrowingTextArea
        ref={field}
        className={className}
        aria-label="Title"
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        enterKeyHint="done"
        value={text}
        onFocus={() => {
          isEnded.current = false;
        }}
        onChange={(event) => {
          isEnded.current = false;
          void prepareRules();
          setText(event.target.value.replaceAll(/[\r\n]+/g, ' '));
          setError(undefined);
        }}
        onBlur={() => finish(true)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            finish(false);
          }
          if (event.key === 'Escape' && text !== title) {
            // Taken back here; a second Escape goes to whatever is around.
            event.preventDefault();
            event.stopPropagation();
            setText(title);
            setError(undefined);
          }
          if (event.key === 'Escape') {
            isEnded.current = true;
            onDone(null, false);
          }
        }}
      />
      {error === undefined ? null : (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </>
  );
};
