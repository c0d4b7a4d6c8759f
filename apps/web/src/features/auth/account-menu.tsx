import './account-menu.css';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { AccountIcon } from '../../components/icons.tsx';
import { Menu } from '../../components/menu.tsx';
import { endSession } from '../../session.ts';
import { chooseTheme, THEMES, useTheme } from '../../theme.ts';
import { trpc } from '../../trpc.ts';

const THEME_LABELS = { system: 'System', light: 'Light', dark: 'Dark' };

/** Who is signed in, the theme, and the way out. */
export const AccountMenu = () => {
  const theme = useTheme();
  const account = trpc.auth.me.useQuery(undefined, { staleTime: Infinity });
  // The session ends here whatever the server answers; the token is read when the call is made, so it goes out first.
  const logout = trpc.auth.logout.useMutation();
  const signOut = () => {
    logout.mutate();
    setTimeout(() => endSession('sign-out'));
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
      <Choice
        label="Theme"
        options={THEMES.map((value) => ({ value, label: THEME_LABELS[value] }))}
        value={theme}
        onChoose={chooseTheme}
      />
      <Button onClick={signOut}>Sign out</Button>
    </Menu>
  );
};
