import './text-field.css';
import { type ComponentPropsWithRef, type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { Button } from './button.tsx';

type TextFieldProps = Omit<ComponentPropsWithRef<'input'>, 'id'> & {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: ReactNode;
  /** Something to know while typing, said as it appears. */
  readonly notice?: ReactNode;
  /** A control that belongs to the field, shown inside its edge. */
  readonly trailing?: ReactNode;
};

/** A labelled input whose hint and error are read out with it. */
export const TextField = ({ label, hint, error, notice, trailing, ...input }: TextFieldProps) => {
  const id = useId();
  const describedBy = [error ? `${id}-error` : '', hint && !error ? `${id}-hint` : ''].filter(Boolean).join(' ');
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <div className="text-field-box">
        <input
          {...input}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy === '' ? undefined : describedBy}
        />
        {trailing}
      </div>
      {error ? (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
      {hint && !error ? (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {notice ? <output className="field-hint">{notice}</output> : null}
    </div>
  );
};

type PasswordFieldProps = Omit<TextFieldProps, 'type' | 'notice' | 'trailing' | 'onKeyDown' | 'onKeyUp' | 'onBlur'>;

/** A password that can be shown, and that tells when Caps Lock is on. */
export const PasswordField = (field: PasswordFieldProps) => {
  const [isShown, setIsShown] = useState(false);
  const [hasCapsLock, setHasCapsLock] = useState(false);
  const watchCapsLock = (event: KeyboardEvent) => setHasCapsLock(event.getModifierState('CapsLock'));
  return (
    <TextField
      {...field}
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      onKeyDown={watchCapsLock}
      onKeyUp={watchCapsLock}
      onBlur={() => setHasCapsLock(false)}
      notice={hasCapsLock ? 'Caps Lock is on.' : null}
      trailing={
        <Button
          className="text-field-toggle"
          tone="link"
          aria-label={isShown ? 'Hide password' : 'Show password'}
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
        </Button>
      }
    />
  );
};
