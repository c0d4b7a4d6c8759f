import { dictionary } from '@zxcvbn-ts/language-common';

/** Shorter ones are refused for their length. */
const MIN_CHARACTERS = 8;

/** The dictionary leaves out what zxcvbn finds by itself: sequences, and repetitions (of ASCII, as all that it holds). */
const SEQUENCES = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm,./']
  .flatMap((row) => [row, Array.from(row).toReversed().join('')])
  .join('\n');
const REPETITION = /^([!-~]{1,4}?)\1+$/;
/** As long as the longest common ones; nobody tries longer repetitions first. */
const MAX_REPETITION_CHARACTERS = 20;

/** Beside the whole address or its local part, this much is no password by itself. */
const LITTLE_ELSE = /^.{0,7}$/su;
const FEW_DIGITS = /^\p{N}{0,7}$/u;

/** Added to a common password, it makes no other one: what is not seen, and spaces around. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const COMMON_FAULT =
  'This password is one of the most common ones, which are tried first. ' +
  'Choose another, such as a few unrelated words.';
const EMAIL_FAULT =
  'This password is too close to your e-mail address. ' +
  'Choose one that has nothing to do with it, such as a few unrelated words.';

const keepLettersAndDigits = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');

/** Whether little is left of the password without the address, or only a few digits without its local part. */
const isCloseToEmail = (password: string, email: string): boolean => {
  const written = keepLettersAndDigits(password);
  const leaves = (word: string, rest: RegExp): boolean => {
    const core = keepLettersAndDigits(word);
    return core !== '' && written.includes(core) && rest.test(written.replaceAll(core, ''));
  };
  const [local = ''] = email.split('@');
  const [untagged = ''] = local.split('+');
  return leaves(email, LITTLE_ELSE) || leaves(local, FEW_DIGITS) || leaves(untagged, FEW_DIGITS);
};

export interface PasswordRules {
  /** Null for a good new password, or a sentence that says why it is refused and what to do. Composition is free. */
  findFault(password: string, email: string): string | null;
}

/**
 * Refuses common passwords (OWASP ASVS 5.0 6.2.4), and those made of one's own e-mail address (6.2.11). Upper and lower
 * case count as the same.
 */
export const createPasswordRules = ({ hasBlocklist }: { hasBlocklist: boolean }): PasswordRules => {
  if (!hasBlocklist) return { findFault: () => null };

  const words = dictionary['passwords-common'].map((word) => word.toLowerCase());
  const common = new Set(words.filter((word) => word.length >= MIN_CHARACTERS));
  const isCommon = (password: string): boolean =>
    common.has(password) ||
    SEQUENCES.includes(password) ||
    (password.length <= MAX_REPETITION_CHARACTERS && REPETITION.test(password));

  return {
    findFault(password, email) {
      if (isCommon(password.replaceAll(UNSEEN, '').trim().toLowerCase())) return COMMON_FAULT;
      return isCloseToEmail(password, email) ? EMAIL_FAULT : null;
    },
  };
};
