import { z } from 'zod';
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

export const PASSWORD_MIN_CHARACTERS = 8;
const PASSWORD_MAX_CHARACTERS = 256;
const PASSWORD_MAX_BYTES = 1024;

/** A password as it is signed in with: no rule that could lock out an old account, only bounds on the work. */
const Password = z
  .string('Enter your password.')
  .min(1, { error: 'Enter your password.', abort: true })
  .transform((password) => password.normalize('NFC'))
  .pipe(
    Text('The password', PASSWORD_MAX_CHARACTERS).refine(
      (password) => new TextEncoder().encode(password).length <= PASSWORD_MAX_BYTES,
      'The password can have at most 1,024 bytes.',
    ),
  )
  .meta({ format: 'password' });

/** Length instead of composition rules (OWASP ASVS 5.0 6.2.1, 6.2.5, 6.2.9). */
const NewPassword = Password.refine(
  (password) => Array.from(password).length >= PASSWORD_MIN_CHARACTERS,
  `The password needs at least ${PASSWORD_MIN_CHARACTERS} characters.`,
).meta({ format: 'password', minLength: PASSWORD_MIN_CHARACTERS, maxLength: PASSWORD_MAX_CHARACTERS });

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

export const SignupInput = z.strictObject({
  email: Email,
  password: NewPassword,
  name: Text('The name', 100)
    .trim()
    .transform((name) => (name === '' ? undefined : name))
    .optional(),
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

/** Done, with nothing to tell. */
export const LogoutOutput = z.object({ ended: z.literal(true) });
export type LogoutOutput = z.infer<typeof LogoutOutput>;
