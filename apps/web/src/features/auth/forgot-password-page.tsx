import { RequestPasswordResetInput } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Form } from '../../components/form.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useFocusOnLoad } from '../../components/use-focus-on-load.ts';
import { useForm } from '../../components/use-form.ts';
import { trpc } from '../../trpc.ts';
import { NO_MAIL } from '../../no-mail.ts';
import { AuthPage } from './auth-page.tsx';

/** Asks for a link to a new password. The answer is the same whether or not there is such an account (ASVS 5.0 6.3.8). */
export const ForgotPasswordPage = () => {
  const emailField = useRef<HTMLInputElement>(null);
  useFocusOnLoad(emailField);
  const [sent, setSent] = useState<{ email: string; times: number; isMailSent: boolean } | null>(null);
  const request = trpc.auth.requestPasswordReset.useMutation();
  const { form, field } = useForm({
    initial: { email: '' },
    schema: RequestPasswordResetInput,
    send: async ({ email }) => {
      const { isMailSent } = await request.mutateAsync({ email });
      setSent((before) => ({ email, times: (before?.times ?? 0) + 1, isMailSent }));
    },
  });
  const otherWay = (
    <>
      Remembered it? <Link to="/sign-in">Sign in</Link>
    </>
  );

  if (sent === null) {
    return (
      <AuthPage
        title="Forgot your password?"
        lead="Tell us your e-mail address, and we send you a link to a new one."
        otherWay={otherWay}
      >
        <Form {...form} action="/forgot-password" submitLabel="Send the link" pendingLabel="Sending…">
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
        </Form>
      </AuthPage>
    );
  }
  if (!sent.isMailSent) return <AuthPage title="No mail was sent" lead={NO_MAIL} otherWay={otherWay} />;
  return (
    <AuthPage
      title="Look in your mail"
      lead={
        <>
          If there is an account for <strong>{sent.email}</strong> we have sent a link. It works for 30 minutes.
        </>
      }
      otherWay={otherWay}
    >
      <p className="auth-hint">
        Nothing there in a few minutes? Look among the junk mail, and check that the address is right.
      </p>
      <Form
        {...form}
        action="/forgot-password"
        submitLabel="Send it again"
        pendingLabel="Sending…"
        tone="quiet"
        aside={
          <Button tone="link" onClick={() => setSent(null)}>
            Use another address
          </Button>
        }
      >
        <output className="auth-hint">
          {sent.times > 1 ? 'Sent again. The newest link is the one to open.' : null}
        </output>
      </Form>
    </AuthPage>
  );
};
