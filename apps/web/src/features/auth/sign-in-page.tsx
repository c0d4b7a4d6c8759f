import { LoginInput } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { Form } from '../../components/form.tsx';
import { PasswordField, TextField } from '../../components/text-field.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { useForm } from '../../components/use-form.ts';
import { type SessionEnd, startSession, useSessionEnd } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthPage } from './auth-page.tsx';

type SignInPageProps = {
  readonly redirect: string | undefined;
  /** What was done just before. */
  readonly done: 'password-reset' | undefined;
};

const sayWhy = (done: SignInPageProps['done'], end: SessionEnd): string | null => {
  if (done === 'password-reset') return 'Your new password is set. Sign in with it.';
  if (end === 'expiry') return 'Your session has ended. Sign in to go on where you were.';
  return end === 'deletion' ? 'Your account is deleted, and all that was in it.' : null;
};

export const SignInPage = ({ redirect, done }: SignInPageProps) => {
  const emailField = useRef<HTMLInputElement>(null);
  useFocusOnLoad(emailField);
  const word = sayWhy(done, useSessionEnd());
  const login = trpc.auth.login.useMutation({ onSuccess: ({ access_token }) => startSession(access_token) });
  const { form, field } = useForm({
    initial: { email: '', password: '' },
    schema: LoginInput,
    send: login.mutateAsync,
  });

  return (
    <AuthPage
      title="Sign in"
      otherWay={
        <>
          New here?{' '}
          <Link to="/sign-up" search={redirect === undefined ? {} : { redirect }}>
            Create an account
          </Link>
        </>
      }
    >
      {word === null ? null : <output className="auth-word">{word}</output>}
      <Form {...form} action="/sign-in" submitLabel="Sign in" pendingLabel="Signing in…">
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          ref={emailField}
          {...field('email')}
        />
        <PasswordField label="Password" autoComplete="current-password" required {...field('password')} />
        <Link className="auth-forgot" to="/forgot-password">
          Forgot your password?
        </Link>
      </Form>
    </AuthPage>
  );
};
