import type { ReactNode, RefObject } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';

type AuthFormProps = {
  readonly formRef: RefObject<HTMLFormElement | null>;
  /** Where a password manager takes the form to go. */
  readonly action: string;
  /** What is wrong besides the fields. */
  readonly problem: string | null;
  readonly isPending: boolean;
  readonly submitLabel: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
};

/** A real form, checked by us instead of the browser, with what is wrong above its fields. */
export const AuthForm = ({ formRef, action, problem, isPending, submitLabel, onSubmit, children }: AuthFormProps) => (
  <form
    ref={formRef}
    className="auth-form"
    method="post"
    action={action}
    noValidate
    onSubmit={(event) => {
      event.preventDefault();
      onSubmit();
    }}
  >
    <div role="alert">{problem === null ? null : <Problem>{problem}</Problem>}</div>
    {children}
    <Button type="submit" tone="accent" aria-disabled={isPending}>
      {submitLabel}
    </Button>
  </form>
);
