import { DeleteAccountInput } from '@docket/domain';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Form } from '../../components/form.tsx';
import { PasswordField } from '../../components/text-field.tsx';
import { useForm } from '../../components/use-form.ts';
import { endSession } from '../../session.ts';
import { trpc } from '../../trpc.ts';

/** Says what is lost, and asks for the password, so that no open screen is enough. */
export const DeleteAccountDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { email } = trpc.auth.me.useQuery().data ?? { email: '' };
  const deleteAccount = trpc.account.delete.useMutation({ onSuccess: () => endSession('deletion') });
  const { form, field } = useForm({
    initial: { currentPassword: '' },
    schema: DeleteAccountInput,
    send: deleteAccount.mutateAsync,
  });

  return (
    <Dialog title="Delete the account?" onClose={onClose}>
      <div>
        <p>This is lost for good, and nobody can bring it back:</p>
        <ul>
          <li>all your tasks, open and completed</li>
          <li>your profile and your recent activity</li>
          <li>every session, on all your devices</li>
        </ul>
      </div>
      <Form
        {...form}
        action="/settings/data"
        submitLabel="Delete for good"
        pendingLabel="Deleting…"
        tone="danger"
        aside={<Button onClick={onClose}>Keep the account</Button>}
      >
        <input hidden readOnly type="email" name="username" autoComplete="username" value={email} />
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          required
          {...field('currentPassword')}
        />
      </Form>
    </Dialog>
  );
};
