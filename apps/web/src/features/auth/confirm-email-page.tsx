import { ConfirmEmailInput } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { Form } from '../../components/form.tsx';
import { useForm } from '../../components/use-form.ts';
import { describeError, readErrorAnswer, readFieldErrors } from '../../errors.ts';
import { useLinkToken } from '../../link-token.ts';
import { readAccountId } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthPage } from './auth-page.tsx';
import { VoidLinkPage } from './void-link-page.tsx';

/** Confirms a new address at the press of a button, so that no program that opens links in mails does it by itself. */
export const ConfirmEmailPage = () => {
  const token = useLinkToken();
  const utils = trpc.useUtils();
  const confirm = trpc.account.confirmEmail.useMutation({ onSuccess: () => utils.auth.me.invalidate() });
  const { form } = useForm({
    initial: {},
    schema: ConfirmEmailInput,
    toInput: () => ({ token }),
    send: confirm.mutateAsync,
  });
  const answer = readErrorAnswer(confirm.error);
  const isOfToken = confirm.variables?.token === token;
  const isVoid = isOfToken && (answer?.code === 'CONFLICT' || readFieldErrors(confirm.error)['token'] !== undefined);

  if (token === null || isVoid) {
    return (
      <VoidLinkPage
        reason={
          token === null ? 'Open the link from the mail again, or ask for a new one.' : describeError(confirm.error)
        }
        way={
          <Link className="auth-way" to="/settings/email">
            Change the address again
          </Link>
        }
      />
    );
  }
  if (isOfToken && confirm.isSuccess) {
    return (
      <AuthPage
        title="Your new address is confirmed"
        lead="From now on you sign in with it. We have told your old address."
        otherWay="You can close this page."
      >
        <Link className="auth-way" to="/">
          {readAccountId() === null ? 'Sign in' : 'Go to your tasks'}
        </Link>
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title="Confirm your new address"
      lead="Your account then goes by the e-mail address that this link was sent to."
      otherWay="Was it not you who asked for this? Then close this page, and nothing changes."
    >
      <Form {...form} action="/confirm-email" submitLabel="Confirm the address" pendingLabel="Confirming…" />
    </AuthPage>
  );
};
