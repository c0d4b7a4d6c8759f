import { ChangeEmailInput } from '@docket/domain';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Form } from '../../components/form.tsx';
import { PasswordField, TextField } from '../../components/text-field.tsx';
import { useForm } from '../../components/use-form.ts';
import { NO_MAIL } from '../../no-mail.ts';
import { trpc } from '../../trpc.ts';
import { LoadState } from './load-state.tsx';
import { SettingsSection } from './settings-page.tsx';

export const EmailSection = () => {
  const account = trpc.auth.me.useQuery();
  const utils = trpc.useUtils();
  const retry = async () => {
    // One that hangs would be waited for once more.
    await utils.auth.me.cancel();
    await account.refetch();
  };
  const [sent, setSent] = useState<{ to: string; isMailSent: boolean } | null>(null);
  const changeEmail = trpc.account.changeEmail.useMutation();
  const { form, field, reset } = useForm({
    initial: { newEmail: '', currentPassword: '' },
    schema: ChangeEmailInput,
    send: async (input) => {
      const { isMailSent } = await changeEmail.mutateAsync(input);
      reset();
      setSent({ to: input.newEmail, isMailSent });
    },
  });

  return (
    <SettingsSection title="E-mail" lead="You sign in with your address, and links to a new password go there.">
      <dl className="settings-facts">
        <dt>Your address</dt>
        <dd>{account.data?.email ?? '…'}</dd>
      </dl>
      {account.data ? null : (
        <LoadState
          what="Your address"
          label="Loading your address…"
          rows={0}
          query={account}
          onRetry={() => void retry()}
        />
      )}
      <section className="settings-part" aria-label="Change the address">
        <output className="settings-text">
          {sent?.isMailSent === false ? NO_MAIL : null}
          {sent?.isMailSent === true ? (
            <>
              We have sent a link to <strong>{sent.to}</strong>. Open it within 30 minutes, where you are signed in, to
              confirm that the address is yours. Until then nothing changes.
            </>
          ) : null}
        </output>
        {sent === null ? (
          <Form {...form} action="/settings/email" submitLabel="Send the link" pendingLabel="Sending…">
            <TextField
              label="New e-mail"
              type="email"
              autoComplete="email"
              autoCapitalize="none"
              spellCheck={false}
              required
              hint="We send a link there. The address changes when you open it."
              {...field('newEmail')}
            />
            <PasswordField
              label="Current password"
              autoComplete="current-password"
              required
              {...field('currentPassword')}
            />
          </Form>
        ) : (
          <Button onClick={() => setSent(null)}>Use another address</Button>
        )}
      </section>
    </SettingsSection>
  );
};
