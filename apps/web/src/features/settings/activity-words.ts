import type { ActivityEvent } from '@docket/domain';

type Words = {
  readonly title: string;
  /** What to make of it, where that is not plain. */
  readonly hint?: string;
};

/** What is worth a second look by the account's owner is marked by a hint. */
export const ACTIVITY_WORDS: Readonly<Record<ActivityEvent['kind'], Words>> = {
  'signed-up': { title: 'Account created' },
  'signed-in': { title: 'Signed in' },
  'sign-in-failed': {
    title: 'Sign-in failed',
    hint: 'Somebody gave a wrong password. If that was not you, make sure that yours is hard to guess.',
  },
  'signed-out': { title: 'Signed out' },
  'session-revoked': { title: 'A device was signed out' },
  'other-sessions-revoked': { title: 'All other devices were signed out' },
  'refresh-replayed': {
    title: 'A session was ended for safety',
    hint: 'An old copy of its cookie was used. If that happens again, change your password.',
  },
  'password-changed': { title: 'Password changed' },
  'password-check-failed': {
    title: 'Wrong current password',
    hint: 'Somebody who was signed in gave a wrong password. If that was not you, sign out the other devices.',
  },
  'password-reset-requested': { title: 'A link to a new password was asked for' },
  'password-reset': { title: 'Password set anew by the link of a mail' },
  'email-change-requested': { title: 'A change of the e-mail address was asked for' },
  'email-changed': { title: 'E-mail address changed' },
  'data-exported': { title: 'Data exported' },
};
