import { SignupInput, TimeZone } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { Form } from '../../components/form.tsx';
import { NewPasswordField } from '../../components/new-password-field.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { useForm } from '../../components/use-form.ts';
import { readErrorAnswer, readFieldErrors } from '../../errors.ts';
import { startSession } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthPage } from './auth-page.tsx';

const readTimeZone = (): { timeZone?: string } => {
  const timeZone = TimeZone.safeParse(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return timeZone.success ? { timeZone: timeZone.data } : {};
};

const readRefusal = (error: unknown) =>
  readErrorAnswer(error)?.code === 'CONFLICT'
    ? { email: 'This e-mail address has an account already. Sign in instead.', ...readFieldErrors(error) }
    : readFieldErrors(error);

export const SignUpPage = ({ redirect }: { readonly redirect: string | undefined }) => {
  const emailField = useRef<HTMLInputElement>(null);
  useFocusOnLoad(emailField);
  const signup = trpc.auth.signup.useMutation({ onSuccess: ({ access_token }) => startSession(access_token) });
  const { form, field, values } = useForm({
    initial: { name: '', email: '', password: '' },
    schema: SignupInput,
    toInput: ({ name, ...rest }) => ({ ...rest, ...(name.trim() === '' ? {} : { name }), ...readTimeZone() }),
    send: signup.mutateAsync,
    readRefusal,
    isTextKept: true,
  });

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
      <Form {...form} action="/sign-up" submitLabel="Create account" pendingLabel="Creating the account…">
        <TextField label="Name (optional)" autoComplete="name" {...field('name')} />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          required
          ref={emailField}
          {...field('email')}
        />
        <NewPasswordField label="Password" required known={[values.name, values.email]} {...field('password')} />
      </Form>
    </AuthPage>
  );
};
