import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** What is longer is strong by then, and would only take longer. */
const MEASURED_CHARACTERS = 100;

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: MEASURED_CHARACTERS });

const WARNINGS: Readonly<Record<string, string>> = {
  straightRow: 'A row of keys is among the first to be tried.',
  keyPattern: 'A pattern on the keyboard is among the first to be tried.',
  simpleRepeat: 'Repeating a character adds little.',
  extendedRepeat: 'Repeating a part adds little.',
  sequences: 'Sequences such as abc or 6543 add little.',
  recentYears: 'Years are easy to guess.',
  dates: 'Dates are easy to guess.',
  topTen: 'This is one of the most common passwords.',
  topHundred: 'This is one of the most common passwords.',
  common: 'This is a common password.',
  similarToCommon: 'This is close to a common password.',
  wordByItself: 'A single word is easy to guess.',
  userInputs: 'Your own name or address is easy to guess.',
};

/** 0 to 4 (zxcvbn), and a sentence on what makes it weak, where there is one. */
export interface Strength {
  score: 0 | 1 | 2 | 3 | 4;
  warning: string | null;
}

/** How hard a password is to guess for somebody who knows these words about its owner, too. */
export const measureStrength = (password: string, known: readonly string[]): Strength => {
  const words = known.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
  const { score, feedback } = zxcvbn.check(password, ['docket', ...words]);
  return { score, warning: WARNINGS[feedback.warning ?? ''] ?? null };
};
