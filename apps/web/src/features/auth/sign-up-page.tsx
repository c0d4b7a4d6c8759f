import { PASSWORD_MIN_CHARACTERS, SignupInput, TimeZone } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { PasswordField, TextField } from '../../components/text-field.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { describeError, readErrorAnswer, readFieldErrors, readIssues } from '../../errors.ts';
import { startSession } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthForm } from './auth-form.tsx';
import { AuthPage } from './auth-page.tsx';
import { useFormErrors } from './use-form-errors.ts';

const readTimeZone = (): { timeZone?: string } => {
  const timeZone = TimeZone.safeParse(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return timeZone.success ? { timeZone: timeZone.data } : {};
};

const readRefusal = (error: unknown) =>
  readErrorAnswer(error)?.code === 'CONFLICT'
    ? { email: 'This e-mail address has an account already. Sign in instead.', ...readFieldErrors(error) }
    : readFieldErrors(error);

export const SignUpPage = ({ redirect }: { readonly redirect: string | undefined }) => {
  const form = useRef<HTMLFormElement>(null);
  const emailField = useRef<HTMLInputElement>(null);
  useFocusOnLoad(emailField);
  const isSending = useRef(false);
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { errors, setErrors, forget } = useFormErrors(form);
  const signup = trpc.auth.signup.useMutation({
    onSuccess: ({ access_token }) => startSession(access_token),
    onError: (error) => setErrors(readRefusal(error)),
    onSettled: () => {
      isSending.current = false;
    },
  });

  const submit = () => {
    const named = name.trim() === '' ? {} : { name };
    const input = SignupInput.safeParse({ email, password, ...named, ...readTimeZone() });
    setErrors(input.success ? {} : readIssues(input.error));
    if (!input.success || isSending.current) return;
    isSending.current = true;
    signup.mutate(input.data);
  };

  const isOtherFault = signup.isError && Object.keys(errors).length === 0;
  const problem = isOtherFault ? describeError(signup.error, { isTextKept: true }) : null;
  return (
    <AuthPage
      title="Create an account"
      otherWay={
        <>
          Been here before?{' '}
          <Link to="/sign-in" search={redirect === undefined ? {} : { redirect }}>
            Sign in
          </Link>
        </>
      }
    >
      <AuthForm
        formRef={form}
        action="/sign-up"
        problem={problem}
        isPending={signup.isPending}
        submitLabel={signup.isPending ? 'Creating the account…' : 'Create account'}
        onSubmit={submit}
      >
        <TextField
          label="Name (optional)"
          name="name"
          autoComplete="name"
          value={name}
          error={errors['name']}
          onChange={(event) => {
            setName(event.target.value);
            forget('name');
          }}
        />
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
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
          autoComplete="new-password"
          required
          value={password}
          hint={`At least ${PASSWORD_MIN_CHARACTERS} characters.`}
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
