import '../../zod-config.ts';
export { ActivitySection } from './activity-section.tsx';
export { DataSection } from './data-section.tsx';
export { DevicesSection } from './devices-section.tsx';
export { EmailSection } from './email-section.tsx';
export { PasswordSection } from './password-section.tsx';
export { ProfileSection } from './profile-section.tsx';
export { SettingsIndex, SettingsPage } from './settings-page.tsx';
