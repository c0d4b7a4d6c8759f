import './select-field.css';
import { type ComponentPropsWithRef, type ReactNode, useId } from 'react';

type SelectFieldProps = Omit<ComponentPropsWithRef<'select'>, 'id'> & {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: ReactNode;
};

/** A labelled choice from a long list, by the browser's own picker: it can be typed into, and turns on a phone. */
export const SelectField = ({ label, hint, error, children, ...select }: SelectFieldProps) => {
  const id = useId();
  const message = error ?? hint;
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <div className="text-field-box select-field-box">
        <select
          {...select}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={message ? `${id}-message` : undefined}
        >
          {children}
        </select>
      </div>
      {message ? (
        <p className={error ? 'field-error' : 'field-hint'} id={`${id}-message`}>
          {message}
        </p>
      ) : null}
    </div>
  );
};
