import { z } from 'zod';

/** Text that PostgreSQL can store and UTF-8 can carry: no NUL (SQLSTATE 22021), no lone surrogate. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** At least one character that leaves ink on the page: no spaces, controls, format characters or fillers. */
const VISIBLE = /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

const countCharacters = (text: string): number => Array.from(text).length;

/** Unicode code points, as JSON Schema's `maxLength` counts them (an emoji is one, not two). */
export const Text = (name: string, maxCharacters: number) =>
  z
    .string(`${name} must be text.`)
    .refine((text) => text.length <= maxCharacters || countCharacters(text) <= maxCharacters, {
      error: `${name} can have at most ${maxCharacters.toLocaleString('en')} characters.`,
      abort: true,
    })
    .refine((text) => !UNSTORABLE.test(text), `${name} contains a character that cannot be stored.`)
    .meta({ maxLength: maxCharacters });

/** `Text` without spaces around it and with at least one visible character. */
export const VisibleText = (name: string, maxCharacters: number) =>
  z
    .string(`${name} must be text.`)
    .trim()
    .pipe(
      Text(name, maxCharacters)
        .refine((text) => VISIBLE.test(text), `${name} needs at least one visible character.`)
        .meta({ minLength: 1, maxLength: maxCharacters }),
    );

/** A UUID in any letter case, answered in lower case. */
export const Id = z.uuid('An id must be a UUID, such as 018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11.').toLowerCase();

/** An instant as ISO 8601 in UTC with milliseconds, such as `2026-11-21T08:30:00.000Z`. */
export const Instant = z.string().meta({ format: 'date-time' });

/** An instant that comes back to us: checked, and of a year that PostgreSQL knows. */
export const KeysetInstant = z.iso
  .datetime({ precision: 3 })
  .refine((instant) => instant >= '1970', 'An instant must not be older than 1970.');
