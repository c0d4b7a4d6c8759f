import { ResetPasswordInput } from '@docket/domain';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Form } from '../../components/form.tsx';
import { NewPasswordField } from '../../components/new-password-field.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { useForm } from '../../components/use-form.ts';
import { readErrorAnswer, readFieldErrors } from '../../errors.ts';
import { useLinkToken } from '../../link-token.ts';
import { readAccountId, refreshSession } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthPage } from './auth-page.tsx';
import { VoidLinkPage } from './void-link-page.tsx';

/** So long the form waits for the check of its link. */
const PATIENCE_MS = 3_000;

const VOID = 'It was used already, or is older than 30 minutes. Ask for a new one.';

/** Sets a new password by the link of a mail. It signs nobody in: whoever knows the password does that. */
export const ResetPasswordPage = () => {
  const token = useLinkToken();
  const reset = trpc.auth.resetPassword.useMutation();
  const wrongLink = reset.variables?.token === token ? readFieldErrors(reset.error)['token'] : undefined;
  const { mutate: ask, ...check } = trpc.auth.checkResetLink.useMutation();
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    if (token === null) return undefined;
    ask({ token });
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [ask, token]);
  const isChecked = check.variables?.token === token && !check.isPending;
  const isVoid = isChecked && (check.data?.isGood === false || readErrorAnswer(check.error)?.code === 'BAD_REQUEST');

  if (token === null || wrongLink !== undefined || isVoid) {
    return (
      <VoidLinkPage
        reason={token === null ? 'Open the link from the mail again, or ask for a new one.' : (wrongLink ?? VOID)}
        way={
          <Link className="auth-way" to="/forgot-password">
            Ask for a new link
          </Link>
        }
      />
    );
  }
  // Where the link could not be checked in time, setting the password still does.
  if (!isChecked && !isLate)
    return <AuthPage title="Choose a new password" lead="Checking the link…" otherWay={null} />;
  return <NewPasswordForm token={token} send={reset.mutateAsync} />;
};

type NewPasswordFormProps = {
  readonly token: string;
  readonly send: (input: ResetPasswordInput) => Promise<unknown>;
};

const NewPasswordForm = ({ token, send }: NewPasswordFormProps) => {
  const passwordField = useRef<HTMLInputElement>(null);
  useFocusOnLoad(passwordField);
  const navigate = useNavigate();
  const { form, field } = useForm({
    initial: { newPassword: '' },
    schema: ResetPasswordInput,
    toInput: ({ newPassword }) => ({ token, newPassword }),
    send: async (input) => {
      await send(input);
      // With all sessions of that account ours is over too, if we were signed in to it.
      if (readAccountId() !== null) await refreshSession().catch(() => {});
      await navigate({ to: '/sign-in', search: { done: 'password-reset' }, replace: true });
    },
  });

  return (
    <AuthPage
      title="Choose a new password"
      lead="All devices that are signed in to your account are signed out."
      otherWay={
        <>
          Remembered the old one? <Link to="/sign-in">Sign in</Link>
        </>
      }
    >
      <Form {...form} action="/reset-password" submitLabel="Set the password" pendingLabel="Setting the password…">
        <NewPasswordField label="New password" required known={[]} ref={passwordField} {...field('newPassword')} />
      </Form>
    </AuthPage>
  );
};
