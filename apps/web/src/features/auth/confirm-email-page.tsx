import { ConfirmEmailInput } from '@docket/domain';
import { Link } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { Form } from '../../components/form.tsx';
import { useForm } from '../../components/use-form.ts';
import { describeError, readErrorAnswer, readFieldErrors } from '../../errors.ts';
import { useLinkToken } from '../../link-token.ts';
import { readAccountId, subscribeToSession } from '../../session.ts';
import { trpc } from '../../trpc.ts';
import { AuthPage } from './auth-page.tsx';
import { VoidLinkPage } from './void-link-page.tsx';

/** Confirms a new address in a session of the account, whose owner alone knows that the mail went to the right one. */
export const ConfirmEmailPage = () => {
  const token = useLinkToken();
  const accountId = useSyncExternalStore(subscribeToSession, readAccountId);
  if (token === null) return <WrongLink reason="Open the link from the mail again, or ask for a new one." />;
  if (accountId !== null) return <Confirmation token={token} />;
  return (
    <AuthPage
      title="Sign in to confirm"
      lead="The link to your new address works in the account that asked for it. Sign in there, and you come back here."
      otherWay="Was it not you who asked for this? Then close this page, and nothing changes."
    >
      <Link className="auth-way" to="/sign-in" search={{ redirect: '/confirm-email' }}>
        Sign in
      </Link>
    </AuthPage>
  );
};

const WrongLink = ({ reason }: { readonly reason: string }) => (
  <VoidLinkPage
    reason={reason}
    way={
      <Link className="auth-way" to="/settings/email">
        Change the address again
      </Link>
    }
  />
);

/** At the press of a button, so that no program that opens links in mails does it by itself. */
const Confirmation = ({ token }: { readonly token: string }) => {
  const utils = trpc.useUtils();
  const me = trpc.auth.me.useQuery();
  const confirm = trpc.account.confirmEmail.useMutation({ onSuccess: () => utils.auth.me.invalidate() });
  const { form } = useForm({
    initial: {},
    schema: ConfirmEmailInput,
    toInput: () => ({ token }),
    send: confirm.mutateAsync,
  });
  const isOfToken = confirm.variables?.token === token;

  if (isOfToken && readErrorAnswer(confirm.error)?.code === 'CONFLICT') {
    return <WrongLink reason={describeError(confirm.error)} />;
  }
  if (isOfToken && readFieldErrors(confirm.error)['token'] !== undefined) {
    const who = me.data === undefined ? 'this account' : me.data.email;
    return (
      <WrongLink
        reason={`${describeError(confirm.error)} You are signed in as ${who}: a link that another account asked for works only there.`}
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
          Go to your tasks
        </Link>
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title="Confirm your new address"
      lead={
        <>
          {me.data === undefined ? (
            'Your account'
          ) : (
            <>
              The account of <strong>{me.data.email}</strong>
            </>
          )}{' '}
          then goes by the e-mail address that this link was sent to.
        </>
      }
      otherWay="Was it not you who asked for this? Then close this page, and nothing changes."
    >
      <Form {...form} action="/confirm-email" submitLabel="Confirm the address" pendingLabel="Confirming…" />
    </AuthPage>
  );
};
