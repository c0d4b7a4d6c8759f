import { LoginInput } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { PasswordField, TextField } from '../../components/text-field.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { describeError, readFieldErrors, readIssues } from '../../errors.ts';
import { startSession, useSessionEnd } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthForm } from './auth-form.tsx';
import { AuthPage } from './auth-page.tsx';
import { useFormErrors } from './use-form-errors.ts';

export const SignInPage = ({ redirect }: { readonly redirect: string | undefined }) => {
  const form = useRef<HTMLFormElement>(null);
  const emailField = useRef<HTMLInputElement>(null);
  useFocusOnLoad(emailField);
  const isSending = useRef(false);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { errors, setErrors, forget } = useFormErrors(form);
  const sessionEnd = useSessionEnd();
  const login = trpc.auth.login.useMutation({
    onSuccess: ({ access_token }) => startSession(access_token),
    onError: (error) => setErrors(readFieldErrors(error)),
    onSettled: () => {
      isSending.current = false;
    },
  });

  const submit = () => {
    const input = LoginInput.safeParse({ email, password });
    setErrors(input.success ? {} : readIssues(input.error));
    if (!input.success || isSending.current) return;
    isSending.current = true;
    login.mutate(input.data);
  };

  const isOtherFault = login.isError && Object.keys(errors).length === 0;
  const problem = isOtherFault ? describeError(login.error, { isTextKept: false }) : null;
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
      {sessionEnd === 'expiry' ? <p>Your session has ended. Sign in to go on where you were.</p> : null}
      <AuthForm
        formRef={form}
        action="/sign-in"
        problem={problem}
        isPending={login.isPending}
        submitLabel={login.isPending ? 'Signing in…' : 'Sign in'}
        onSubmit={submit}
      >
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          ref={emailField}
          value={email}
          error={errors['email']}
          onChange={(event) => {
            setEmail(event.target.value);
            forget('email');
          }}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          error={errors['password']}
          onChange={(event) => {
            setPassword(event.target.value);
            forget('password');
          }}
        />
      </AuthForm>
    </AuthPage>
  );
};
