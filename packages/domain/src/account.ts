import { z } from 'zod';
import { NewPassword, Password } from './password.ts';
import { Id, Instant, Text } from './text.ts';

/** Trimmed and in lower case, so that one address is one account; 254 is the longest that SMTP carries (RFC 5321). */
export const Email = z
  .string('Enter your e-mail address.')
  .trim()
  .toLowerCase()
  .min(1, { error: 'Enter your e-mail address.', abort: true })
  .max(254, { error: 'An e-mail address can have at most 254 characters.', abort: true })
  .regex(z.regexes.email, 'Enter an e-mail address such as name@example.com.')
  .meta({ format: 'email', examples: ['ada@example.com'] });

const isTimeZone = (timeZone: string): boolean => {
  try {
    // Newer engines take offsets such as +01:00, too, which no table of time zones has.
    return /^[A-Za-z]/.test(timeZone) && new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** A name of the IANA time zone database. */
export const TimeZone = Text('The time zone', 64)
  .refine(isTimeZone, 'Enter a time zone of the IANA database, such as Europe/Berlin.')
  .meta({ examples: ['Europe/Berlin'] });

const Name = Text('The name', 100).trim();

export const SignupInput = z.strictObject({
  email: Email,
  password: NewPassword,
  name: Name.transform((name) => (name === '' ? undefined : name)).optional(),
  timeZone: TimeZone.optional(),
});
export type SignupInput = z.infer<typeof SignupInput>;

export const LoginInput = z.strictObject({ email: Email, password: Password });
export type LoginInput = z.infer<typeof LoginInput>;

/** The answer to signing in (RFC 6750): nothing but the token and its type. */
export const TokenOutput = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('bearer'),
});
export type TokenOutput = z.infer<typeof TokenOutput>;

export const Account = z.object({
  id: Id,
  email: z.string().meta({ format: 'email' }),
  name: z.string().nullable(),
  timeZone: z.string(),
  createdAt: Instant,
});
export type Account = z.infer<typeof Account>;

/** Only the fields that are named change; an empty name is none. */
export const UpdateAccountInput = z.strictObject({
  name: Name.transform((name) => (name === '' ? null : name))
    .nullable()
    .optional(),
  timeZone: TimeZone.optional(),
});
export type UpdateAccountInput = z.input<typeof UpdateAccountInput>;

export const DeleteAccountInput = z.strictObject({ currentPassword: Password });
export type DeleteAccountInput = z.infer<typeof DeleteAccountInput>;

/** What a link in a mail carries: opaque, and good once. */
const LinkToken = z
  .string('The link is incomplete. Open it again from the mail.')
  .regex(/^[\w-]{1,512}$/, 'The link is incomplete. Open it again from the mail.');

export const RequestPasswordResetInput = z.strictObject({ email: Email });
export type RequestPasswordResetInput = z.infer<typeof RequestPasswordResetInput>;

export const CheckResetLinkInput = z.strictObject({ token: LinkToken });
export type CheckResetLinkInput = z.infer<typeof CheckResetLinkInput>;

/** Whether a new password can still be set by this link. */
export const CheckResetLinkOutput = z.object({ isGood: z.boolean() });
export type CheckResetLinkOutput = z.infer<typeof CheckResetLinkOutput>;

export const ResetPasswordInput = z.strictObject({ token: LinkToken, newPassword: NewPassword });
export type ResetPasswordInput = z.infer<typeof ResetPasswordInput>;

export const ChangeEmailInput = z.strictObject({ newEmail: Email, currentPassword: Password });
export type ChangeEmailInput = z.infer<typeof ChangeEmailInput>;

export const ConfirmEmailInput = z.strictObject({ token: LinkToken });
export type ConfirmEmailInput = z.infer<typeof ConfirmEmailInput>;

/** Done, with nothing to tell. */
export const DoneOutput = z.object({ done: z.literal(true) });
export type DoneOutput = z.infer<typeof DoneOutput>;

/** The wish for a link is taken down. Whether this server sends mail at all is the same for every address. */
export const RequestLinkOutput = DoneOutput.extend({ isMailSent: z.boolean() });
export type RequestLinkOutput = z.infer<typeof RequestLinkOutput>;

/** This session has ended. */
export const LogoutOutput = z.object({ ended: z.literal(true) });
export type LogoutOutput = z.infer<typeof LogoutOutput>;
