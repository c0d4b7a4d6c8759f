import type { Session } from '@docket/domain';
import { useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { ComputerIcon, PhoneIcon, ServiceIcon } from '../../components/icons.tsx';
import { useNotices } from '../../components/notices.tsx';
import { sayAgo, sayInstant } from '../../dates.ts';
import { describeError, readErrorAnswer } from '../../errors.ts';
import { trpc } from '../../trpc.ts';
import { describeDevice, sayAddress } from './device.ts';
import { LoadState } from './load-state.tsx';
import { SettingsSection } from './settings-page.tsx';

const ICONS = { computer: ComputerIcon, phone: PhoneIcon, service: ServiceIcon };

export const DevicesSection = () => {
  const sessions = trpc.auth.sessions.list.useQuery();
  const utils = trpc.useUtils();
  const retry = async () => {
    // One that hangs would be waited for once more.
    await utils.auth.sessions.list.cancel();
    await sessions.refetch();
  };
  const others = sessions.data?.filter(({ current }) => !current) ?? [];
  const own = sessions.data?.filter(({ current }) => current) ?? [];
  const list = useRef<HTMLUListElement>(null);
  const { revoke, revokeOthers } = useRevoking(() => list.current?.focus());

  return (
    <SettingsSection title="Devices" lead="Where you are signed in. What you do not know, sign out.">
      <LoadState
        what="Your devices"
        label="Loading your devices…"
        rows={3}
        query={sessions}
        onRetry={() => void retry()}
      />
      {sessions.data === undefined ? null : (
        <ul ref={list} className="settings-list" aria-label="Devices" tabIndex={-1}>
          {[...own, ...others].map((session) => (
            <Device
              key={session.id}
              session={session}
              isEnding={revoke.isPending && revoke.variables.id === session.id}
              onEnd={() => revoke.mutate({ id: session.id })}
            />
          ))}
        </ul>
      )}
      {sessions.data === undefined ? null : (
        <div className="settings-part">
          {others.length === 0 ? (
            <p className="settings-text">You are signed in nowhere else.</p>
          ) : (
            <Button aria-disabled={revokeOthers.isPending} onClick={() => revokeOthers.mutate()}>
              {revokeOthers.isPending ? 'Signing out…' : `Sign out ${sayOthers(others.length)}`}
            </Button>
          )}
        </div>
      )}
    </SettingsSection>
  );
};

const sayOthers = (count: number): string => (count === 1 ? 'the other device' : `all ${count} other devices`);

const useRevoking = (moveFocus: () => void) => {
  const utils = trpc.useUtils();
  const { notify } = useNotices();
  const tellFailure = (error: unknown) => {
    if (readErrorAnswer(error)?.httpStatus === 401) return;
    notify({ message: `Nothing was signed out. ${describeError(error)}`, isLasting: true });
  };
  const keepOnly = async (isKept: (session: Session) => boolean) => {
    await utils.auth.sessions.list.cancel();
    utils.auth.sessions.list.setData(undefined, (before) => before?.filter(isKept));
    void utils.auth.sessions.list.invalidate();
    void utils.account.activity.invalidate();
    // The button that was pressed is gone.
    moveFocus();
  };
  const revoke = trpc.auth.sessions.revoke.useMutation({
    onSuccess: async ({ id }) => {
      const device = utils.auth.sessions.list.getData()?.find((session) => session.id === id);
      await keepOnly((session) => session.id !== id);
      notify({ message: `${describeDevice(device?.userAgent ?? null).name} is signed out.` });
    },
    onError: async (error, { id }) => {
      // Gone is gone, whoever ended it.
      if (readErrorAnswer(error)?.code === 'NOT_FOUND') await keepOnly((session) => session.id !== id);
      else tellFailure(error);
    },
  });
  const revokeOthers = trpc.auth.sessions.revokeOthers.useMutation({
    onSuccess: async ({ revoked }) => {
      await keepOnly(({ current }) => current);
      notify({ message: revoked === 1 ? '1 device was signed out.' : `${revoked} devices were signed out.` });
    },
    onError: tellFailure,
  });
  return { revoke, revokeOthers };
};

type DeviceProps = { readonly session: Session; readonly isEnding: boolean; readonly onEnd: () => void };

const Device = ({ session, isEnding, onEnd }: DeviceProps) => {
  const { name, kind } = describeDevice(session.userAgent);
  const Icon = ICONS[kind];
  const lastUsed = sayAgo(session.lastUsedAt);
  const signedIn = sayAgo(session.createdAt);
  return (
    <li>
      <Icon />
      <div className="settings-list-text">
        <strong title={session.userAgent ?? undefined}>{name}</strong>
        {session.current ? <span className="settings-tag">This device</span> : null}
        <small>
          {sayAddress(session.address)}, last used{' '}
          <time dateTime={session.lastUsedAt} title={sayInstant(session.lastUsedAt)}>
            {lastUsed}
          </time>
        </small>
        {signedIn === lastUsed ? null : (
          <small>
            Signed in{' '}
            <time dateTime={session.createdAt} title={sayInstant(session.createdAt)}>
              {signedIn}
            </time>
          </small>
        )}
      </div>
      {session.current ? null : (
        <Button aria-label={`Sign out ${name}`} aria-disabled={isEnding} onClick={onEnd}>
          {isEnding ? 'Signing out…' : 'Sign out'}
        </Button>
      )}
    </li>
  );
};
