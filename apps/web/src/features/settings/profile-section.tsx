import { type Account, UpdateAccountInput } from '@docket/domain';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Form } from '../../components/form.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useForm } from '../../components/use-form.ts';
import { trpc } from '../../trpc.ts';
import { LoadState } from './load-state.tsx';
import { SettingsSection } from './settings-page.tsx';
import { listTimeZones, readClock, readOwnTimeZone, renameTimeZone } from './time-zones.ts';

export const ProfileSection = () => {
  const account = trpc.auth.me.useQuery();
  const utils = trpc.useUtils();
  const retry = async () => {
    // One that hangs would be waited for once more.
    await utils.auth.me.cancel();
    await account.refetch();
  };
  // What this browser has kept may be older than what the server has.
  const isKept = account.dataUpdatedAt === 0;
  const { isFetching, isError, failureReason } = account;
  return (
    <SettingsSection title="Profile">
      <LoadState
        what="Your profile"
        label="Loading your profile…"
        rows={account.data ? 0 : 2}
        query={{ isPending: isKept && isFetching, isError, failureReason }}
        onRetry={() => void retry()}
      />
      {account.data ? <ProfileForm account={account.data} /> : null}
    </SettingsSection>
  );
};

/** The minute that it is. */
const useNow = (): Date => {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};

const toValues = ({ name, timeZone }: Account) => ({ name: name ?? '', timeZone: renameTimeZone(timeZone) });

const ProfileForm = ({ account }: { readonly account: Account }) => {
  const utils = trpc.useUtils();
  const now = useNow();
  const update = trpc.account.update.useMutation({
    onSuccess: async (changed) => {
      // An answer that is on its way may be older.
      await utils.auth.me.cancel();
      utils.auth.me.setData(undefined, changed);
    },
  });
  const { form, field, values, change, reset } = useForm({
    initial: toValues(account),
    schema: UpdateAccountInput,
    send: update.mutateAsync,
    isTextKept: true,
  });
  const [filledFrom, setFilledFrom] = useState(account);
  if (filledFrom !== account) {
    const filled = toValues(filledFrom);
    setFilledFrom(account);
    // The server knows better than this browser, but not than who is typing.
    if (values.name === filled.name && values.timeZone === filled.timeZone) reset(toValues(account));
  }
  const [groups] = useState(() => listTimeZones(account.timeZone));
  const [here] = useState(readOwnTimeZone);
  const isSaved =
    update.isSuccess && (update.data.name ?? '') === values.name.trim() && update.data.timeZone === values.timeZone;

  return (
    <Form
      {...form}
      action="/settings/profile"
      submitLabel="Save"
      pendingLabel="Saving…"
      aside={<output className="settings-word">{isSaved ? 'Saved.' : null}</output>}
    >
      <TextField label="Name" autoComplete="name" hint="As Docket addresses you. It may be empty." {...field('name')} />
      <SelectField
        label="Time zone"
        hint={
          <>
            It is {readClock(values.timeZone, now)} there.{' '}
            {here === values.timeZone ? null : (
              <Button tone="link" onClick={() => change('timeZone', here)}>
                Use this device’s: {here.replaceAll('_', ' ')}
              </Button>
            )}
          </>
        }
        {...field('timeZone')}
      >
        {groups.map(({ region, zones }) => (
          <optgroup key={region} label={region}>
            {zones.map(({ id, city }) => (
              <option key={id} value={id}>
                {city}
              </option>
            ))}
          </optgroup>
        ))}
      </SelectField>
    </Form>
  );
};
