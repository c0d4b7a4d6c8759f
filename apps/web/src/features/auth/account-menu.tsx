import './account-menu.css';
import { Link } from '@tanstack/react-router';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { AccountIcon, SettingsIcon } from '../../components/icons.tsx';
import { Menu } from '../../components/menu.tsx';
import { useNotices } from '../../components/notices.tsx';
import { readErrorAnswer } from '../../errors.ts';
import { endSession } from '../../session.ts';
import { chooseTheme, THEMES, useTheme } from '../../theme.ts';
import { trpc } from '../../trpc.ts';

const SIGN_OUT_MILLISECONDS = 3_000;
const THEME_LABELS = { system: 'System', light: 'Light', dark: 'Dark' };

/** Who is signed in, the settings, the theme, and the way out. */
export const AccountMenu = () => {
  const theme = useTheme();
  const account = trpc.auth.me.useQuery();
  const { notify } = useNotices();
  const logout = trpc.auth.logout.useMutation();
  const signOut = async () => {
    // The server takes the cookie back, so it is waited for; but not for long, since one is signed out here in any case.
    const isTold = await Promise.race([
      logout.mutateAsync().then(
        () => true,
        (error: unknown) => readErrorAnswer(error)?.httpStatus === 401,
      ),
      new Promise<false>((resolve) => setTimeout(resolve, SIGN_OUT_MILLISECONDS, false)),
    ]);
    endSession('sign-out');
    if (isTold) return;
    notify({
      message:
        'You are signed out here, but Docket could not be told. When you next sign in, end the old session in Settings.',
      isProblem: true,
    });
  };
  const { name, email } = account.data ?? { name: null, email: '' };

  return (
    <Menu
      label="Account"
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
      <Choice
        label="Theme"
        options={THEMES.map((value) => ({ value, label: THEME_LABELS[value] }))}
        value={theme}
        onChoose={chooseTheme}
      />
      <Button aria-disabled={logout.isPending} onClick={logout.isPending ? undefined : () => void signOut()}>
        {logout.isPending ? 'Signing out…' : 'Sign out'}
      </Button>
    </Menu>
  );
};
