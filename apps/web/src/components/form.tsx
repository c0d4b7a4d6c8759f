import './form-actions.css';
import './form.css';
import type { ReactNode, RefObject } from 'react';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

type FormProps = {
  readonly formRef: RefObject<HTMLFormElement | null>;
  /** Where a password manager takes the form to go. */
  readonly action: string;
  /** What is wrong besides the fields. */
  readonly problem: string | null;
  readonly isPending: boolean;
  readonly submitLabel: string;
  readonly pendingLabel: string;
  readonly tone?: 'accent' | 'danger' | 'quiet';
  /** Beside the button. */
  readonly aside?: ReactNode;
  readonly onSubmit: () => void;
  readonly children?: ReactNode;
};

/** A real form, checked by us instead of the browser, with what is wrong above its fields. */
export const Form = (props: FormProps) => {
  const { formRef, action, problem, isPending, submitLabel, pendingLabel, tone = 'accent', aside, children } = props;
  return (
    <form
      ref={formRef}
      className="form"
      method="post"
      action={action}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <div role="alert">{problem === null ? null : <Problem>{problem}</Problem>}</div>
      {children}
      <div className="form-actions">
        <Button type="submit" tone={tone} aria-disabled={isPending}>
          {isPending ? pendingLabel : submitLabel}
        </Button>
        {aside}
      </div>
    </form>
  );
};
