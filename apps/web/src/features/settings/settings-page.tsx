import './settings.css';
import { Link, Navigate, Outlet } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { BackIcon, DetailsIcon } from '../../components/icons.tsx';
import { useDocumentTitle } from '../../components/use-document-title.ts';
import { useMediaQuery, WIDE } from '../../components/use-media-query.ts';

const SECTIONS = [
  { to: '/settings/profile', label: 'Profile', about: 'Name and time zone' },
  { to: '/settings/email', label: 'E-mail', about: 'The address that you sign in with' },
  { to: '/settings/password', label: 'Password', about: 'Choose another one' },
  { to: '/settings/devices', label: 'Devices', about: 'Where you are signed in' },
  { to: '/settings/activity', label: 'Activity', about: 'What happened to your account lately' },
  { to: '/settings/data', label: 'Your data', about: 'Export everything, or delete the account' },
] as const;

/** The way around the settings: beside the section where there is room, and a page of its own on a phone. */
export const SettingsPage = () => {
  const isWide = useMediaQuery(WIDE);
  if (!isWide) return <Outlet />;
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label="Settings">
        <p aria-hidden="true">Settings</p>
        {SECTIONS.map(({ to, label }) => (
          <Link key={to} to={to}>
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </div>
  );
};

/** All sections, on a phone. Where they are at hand anyway, the first of them. */
export const SettingsIndex = () =>
  useMediaQuery(WIDE) ? <Navigate to="/settings/profile" replace /> : <SettingsMenu />;

const useHeadingFocus = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, []);
  return heading;
};

const SettingsMenu = () => {
  useDocumentTitle('Settings');
  const heading = useHeadingFocus();
  return (
    <main className="settings-section" id="main" tabIndex={-1}>
      <h1 ref={heading} tabIndex={-1}>
        Settings
      </h1>
      <nav className="settings-menu" aria-label="Settings">
        {SECTIONS.map(({ to, label, about }) => (
          <Link key={to} to={to}>
            <span>
              {label}
              <small>{about}</small>
            </span>
            <DetailsIcon />
          </Link>
        ))}
      </nav>
    </main>
  );
};

type SettingsSectionProps = { readonly title: string; readonly lead?: ReactNode; readonly children: ReactNode };

/** One section: its name, a sentence on what it is for, and its contents. */
export const SettingsSection = ({ title, lead, children }: SettingsSectionProps) => {
  useDocumentTitle(`${title} · Settings`);
  const isWide = useMediaQuery(WIDE);
  const heading = useHeadingFocus();
  return (
    <main className="settings-section" id="main" tabIndex={-1}>
      {isWide ? null : (
        <Link className="settings-back" to="/settings">
          <BackIcon />
          Settings
        </Link>
      )}
      <header className="settings-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead === undefined ? null : <p>{lead}</p>}
      </header>
      {children}
    </main>
  );
};
