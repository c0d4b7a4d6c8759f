import { z } from 'zod';
import { Text } from './text.ts';

export const PASSWORD_MIN_CHARACTERS = 8;
const PASSWORD_MAX_CHARACTERS = 256;
const PASSWORD_MAX_BYTES = 1024;
/** NFC shortens no text of more UTF-16 units than this to the allowed characters (Unicode TR 15, expansion factors). */
const PASSWORD_MAX_RAW_UNITS = 2048;

/** A password as it is signed in with: no rule that could lock out an old account, only bounds on the work. */
export const Password = z
  .string('Enter your password.')
  .min(1, { error: 'Enter your password.', abort: true })
  // Ahead of NFC, which takes quadratic time on combining marks: 128 KiB of them would hold the process for seconds.
  .refine((password) => password.length <= PASSWORD_MAX_RAW_UNITS, {
    error: `The password can have at most ${PASSWORD_MAX_CHARACTERS} characters.`,
    abort: true,
  })
  .transform((password) => password.normalize('NFC'))
  .pipe(
    Text('The password', PASSWORD_MAX_CHARACTERS).refine(
      (password) => new TextEncoder().encode(password).length <= PASSWORD_MAX_BYTES,
      'The password can have at most 1,024 bytes.',
    ),
  )
  .meta({ format: 'password' });

/** What leaves no ink of its own: controls, format characters, fillers, and marks that only sit on other characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Mn}\p{Me}\u2800]/gu;

const hasEnough = (text: string): boolean => Array.from(text).length >= PASSWORD_MIN_CHARACTERS;

/** Length instead of composition rules (OWASP ASVS 5.0 6.2.1, 6.2.5, 6.2.9), counted of what can be seen. */
export const NewPassword = Password.refine(hasEnough, {
  error: `The password needs at least ${PASSWORD_MIN_CHARACTERS} characters.`,
  abort: true,
})
  .refine(
    (password) => hasEnough(password.replaceAll(UNSEEN, '').trim()),
    `The password needs at least ${PASSWORD_MIN_CHARACTERS} visible characters; spaces around them do not count.`,
  )
  .meta({ format: 'password', minLength: PASSWORD_MIN_CHARACTERS, maxLength: PASSWORD_MAX_CHARACTERS });

export const ChangePasswordInput = z.strictObject({ currentPassword: Password, newPassword: NewPassword });
export type ChangePasswordInput = z.infer<typeof ChangePasswordInput>;
