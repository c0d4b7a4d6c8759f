import { ChangePasswordInput } from '@docket/domain';
import { useState } from 'react';
import { Form } from '../../components/form.tsx';
import { NewPasswordField } from '../../components/new-password-field.tsx';
import { PasswordField } from '../../components/text-field.tsx';
import { useForm } from '../../components/use-form.ts';
import { trpc } from '../../trpc.ts';
import { SettingsSection } from './settings-page.tsx';

export const PasswordSection = () => {
  const { name, email } = trpc.auth.me.useQuery().data ?? { name: null, email: '' };
  const utils = trpc.useUtils();
  const [isChanged, setIsChanged] = useState(false);
  const changePassword = trpc.auth.changePassword.useMutation({
    onSuccess: () => {
      void utils.auth.sessions.list.invalidate();
      void utils.account.activity.invalidate();
    },
  });
  const { form, field, reset, values } = useForm({
    initial: { currentPassword: '', newPassword: '' },
    schema: ChangePasswordInput,
    send: async (input) => {
      setIsChanged(false);
      await changePassword.mutateAsync(input);
      reset();
      setIsChanged(true);
    },
  });
  const isTyping = Object.values(values).some((value) => value !== '');

  return (
    <SettingsSection title="Password" lead="Changing it signs you out everywhere but here.">
      <Form
        {...form}
        action="/settings/password"
        submitLabel="Change password"
        pendingLabel="Changing…"
        aside={
          <output className="settings-word">
            {isChanged && !isTyping ? 'Your password is changed, and all other sessions have ended.' : null}
          </output>
        }
      >
        {/* So that password managers know whose password it is. */}
        <input hidden readOnly type="email" name="username" autoComplete="username" value={email} />
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          required
          {...field('currentPassword')}
        />
        <NewPasswordField label="New password" required known={[name ?? '', email]} {...field('newPassword')} />
      </Form>
    </SettingsSection>
  );
};
