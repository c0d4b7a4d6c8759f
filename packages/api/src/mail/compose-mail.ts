import type { outbox } from '@docket/db';

/** A plain text mail, ready to be sent. */
export interface Mail {
  recipient: string;
  subject: string;
  text: string;
  /** What the text asks to open; it is as good as a password for as long as it lives. */
  link: string | null;
}

const LINK_LIFE = 'The link works once, within 30 minutes of being asked for.';

/** Between `before` and `after` stands the one line that differs: a link or an address. */
const TEXTS: Record<typeof outbox.$inferSelect.kind, { subject: string; before: string[]; after: string[] }> = {
  'password-reset': {
    subject: 'Reset your Docket password',
    before: ['Somebody asked for a new password for the Docket account with this address. Choose one here:'],
    after: [LINK_LIFE, 'If it was not you, there is nothing to do. Your password stays as it is.'],
  },
  'password-changed': {
    subject: 'Your Docket password was changed',
    before: [
      'The password of your Docket account was changed, and other devices were signed out.',
      'If it was not you, choose a new one at once. Ask for it where you sign in:',
    ],
    after: [],
  },
  'email-change': {
    subject: 'Confirm your new address for Docket',
    before: ['This address was entered as the new one of a Docket account. Confirm it here:'],
    after: [LINK_LIFE, 'If it was not you, there is nothing to do. Without the link nothing changes.'],
  },
  'email-changed': {
    subject: 'Your Docket account has a new address',
    before: ['Your Docket account has a new address. Sign in with it from now on:'],
    after: [
      'If it was not you, somebody else knows your password. Write at once to those who run this Docket: they can help you get your account back.',
    ],
  },
};

/** The words of a mail around its one line, which stands alone so that every mail program shows it as it is. */
export const composeWords = (kind: keyof typeof TEXTS, line: string): Pick<Mail, 'subject' | 'text'> => {
  const { subject, before, after } = TEXTS[kind];
  return { subject, text: `${['Hello,', ...before, line, ...after].join('\n\n')}\n` };
};
