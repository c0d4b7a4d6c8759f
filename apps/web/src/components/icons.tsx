import type { ReactNode } from 'react';

const Icon = ({ children }: { readonly children: ReactNode }) => (
  <svg className="icon" viewBox="0 0 18 18" aria-hidden="true">
    {children}
  </svg>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M9 3.5v11M3.5 9h11" />
  </Icon>
);

export const TasksIcon = () => (
  <Icon>
    <circle cx="3.75" cy="5" r="1.5" />
    <circle cx="3.75" cy="13" r="1.5" />
    <path d="M8.25 5h7M8.25 13h7M8.25 9h7M3.75 9h0" />
  </Icon>
);

export const CompletedIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="6.75" />
    <path d="m6.25 9.25 2 2 3.75-4.5" />
  </Icon>
);

export const SidebarIcon = () => (
  <Icon>
    <rect x="2.25" y="3" width="13.5" height="12" rx="2.5" />
    <path d="M7 3v12" />
  </Icon>
);

export const DetailsIcon = () => (
  <Icon>
    <path d="m7 4.5 4.5 4.5L7 13.5" />
  </Icon>
);

export const DeleteIcon = () => (
  <Icon>
    <path d="M3 5h12M7 5V3.25h4V5M4.5 5l.7 9.25c.05.6.5 1 1.1 1h5.4c.6 0 1.05-.4 1.1-1L13.5 5M7.6 8v4.25M10.4 8v4.25" />
  </Icon>
);

export const CloudIcon = () => (
  <Icon>
    <path d="M5.25 14h7.5a3 3 0 0 0 .4-5.97A4.25 4.25 0 0 0 5 7.1 3.5 3.5 0 0 0 5.25 14Z" />
  </Icon>
);

export const OfflineIcon = () => (
  <Icon>
    <path d="M6.9 4.6a4.25 4.25 0 0 1 6.25 3.43 3 3 0 0 1 1.9 4.5M12 14H5.25A3.5 3.5 0 0 1 5 7.1M3 3l12 12" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m4.5 4.5 9 9M13.5 4.5l-9 9" />
  </Icon>
);

export const NoteIcon = () => (
  <Icon>
    <path d="M3.5 5h11M3.5 9h11M3.5 13h6" />
  </Icon>
);

export const AccountIcon = () => (
  <Icon>
    <circle cx="9" cy="6.25" r="3" />
    <path d="M3.25 15c.6-2.7 2.9-4.25 5.75-4.25S14.15 12.3 14.75 15" />
  </Icon>
);

export const SettingsIcon = () => (
  <Icon>
    <path d="M2.5 5.5h6.25M13.25 5.5h2.25M2.5 12.5h2.25M9.25 12.5h6.25" />
    <circle cx="11" cy="5.5" r="2.25" />
    <circle cx="7" cy="12.5" r="2.25" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M11 4.5 6.5 9l4.5 4.5" />
  </Icon>
);

export const ComputerIcon = () => (
  <Icon>
    <rect x="2.75" y="3.5" width="12.5" height="8.5" rx="1.5" />
    <path d="M1.75 14.75h14.5" />
  </Icon>
);

export const PhoneIcon = () => (
  <Icon>
    <rect x="5" y="2.25" width="8" height="13.5" rx="1.75" />
    <path d="M8.25 13.25h1.5" />
  </Icon>
);

export const ServiceIcon = () => (
  <Icon>
    <rect x="2.25" y="3.25" width="13.5" height="11.5" rx="2" />
    <path d="m5.25 7 2.25 2-2.25 2M9.5 11h3" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M9 3 2.25 14.5h13.5ZM9 7.5v3M9 12.5h0" />
  </Icon>
);
