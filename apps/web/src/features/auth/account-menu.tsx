import './account-menu.css';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { AccountIcon, DeleteIcon, SettingsIcon } from '../../components/icons.tsx';
import { Menu } from '../../components/menu.tsx';
import { useNotices } from '../../components/notices.tsx';
import { signOut } from '../../session.ts';
import { useSync, useSyncState } from '../../sync-context.tsx';
import type { SyncState } from '../../sync/task-store.ts';
import { chooseTheme, THEMES, useTheme } from '../../theme.ts';
import { useAccount } from './use-account.ts';

const THEME_LABELS = { system: 'System', light: 'Light', dark: 'Dark' };

const countUnsent = ({ pending, failed }: SyncState): number => pending + failed.length;
const sayUnsent = (count: number): string => (count === 1 ? '1 change has' : `${count} changes have`);

/** Who is signed in, the settings, the theme, and the way out. */
export const AccountMenu = () => {
  const theme = useTheme();
  const account = useAccount();
  const { notify } = useNotices();
  const sync = useSync();
  const [isAsking, setIsAsking] = useState(false);
  // Rendered anew by each change only while it is to be read.
  const unsent = useSyncState((state) => (isAsking ? countUnsent(state) : 0));
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = async () => {
    setIsLeaving(true);
    if (await signOut()) return;
    notify({
      message: 'You are signed out here, but Docket could not be told yet. It is as soon as there is a connection.',
      isLasting: true,
    });
  };
  const askOrSignOut = () => {
    if (countUnsent(sync.getSnapshot()) > 0) setIsAsking(true);
    else void leave();
  };
  const { name, email } = account ?? { name: null, email: '' };

  return (
    <Menu
      label={account === undefined ? 'Account' : `Account: ${name ?? email}`}
      trigger={
        <>
          <AccountIcon />
          <span className="menu-trigger-text">{name ?? email}</span>
        </>
      }
    >
      <p className="account-who">
        {name === null ? null : <strong>{name}</strong>}
        <span>{email}</span>
      </p>
      <Link to="/settings" className="menu-link" activeOptions={{ exact: false }}>
        <SettingsIcon />
        Settings
        <kbd aria-hidden="true">,</kbd>
      </Link>
      <Link to="/trash" className="menu-link account-trash">
        <DeleteIcon />
        Trash
      </Link>
      <Choice
        label="Theme"
        options={THEMES.map((value) => ({ value, label: THEME_LABELS[value] }))}
        value={theme}
        onChoose={chooseTheme}
      />
      <Button aria-disabled={isLeaving} onClick={isLeaving ? undefined : askOrSignOut}>
        {isLeaving ? 'Signing out…' : 'Sign out'}
      </Button>
      {isAsking ? (
        <Dialog title={`${sayUnsent(unsent)} not been saved`} onClose={() => setIsAsking(false)}>
          <p>
            {unsent === 1 ? 'It has' : 'They have'} not reached Docket yet, and whoever signs out loses{' '}
            {unsent === 1 ? 'it' : 'them'}. Stay signed in until there is a connection, and nothing is lost.
          </p>
          <div className="form-actions">
            <Button tone="accent" onClick={() => setIsAsking(false)}>
              Stay signed in
            </Button>
            <Button
              className="button-danger-quiet"
              aria-disabled={isLeaving}
              onClick={isLeaving ? undefined : () => void leave()}
            >
              {isLeaving ? 'Signing out…' : `Sign out and lose ${unsent === 1 ? 'it' : 'them'}`}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </Menu>
  );
};
