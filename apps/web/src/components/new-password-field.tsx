import './new-password-field.css';
import { PASSWORD_MIN_CHARACTERS } from '@docket/domain';
import { type ComponentProps, useEffect, useState } from 'react';
import type { Strength } from './measure-strength.ts';
import { PasswordField } from './text-field.tsx';

type NewPasswordFieldProps = Omit<ComponentProps<typeof PasswordField>, 'hint' | 'autoComplete' | 'value'> & {
  readonly value: string;
  /** What else somebody who guesses may know: name and address. */
  readonly known: readonly string[];
};

/** Long enough for a word to be typed to its end, so that not every letter is read out. */
const SETTLING_MILLISECONDS = 350;

const WORDS = [
  'Very easy to guess',
  'Easy to guess',
  'Could be harder to guess',
  'Hard to guess',
  'Very hard to guess',
];

/** The measure is loaded when first needed: it holds the most common passwords. Without it there is just no hint. */
const useStrength = (password: string, known: readonly string[]): Strength | null => {
  const [strength, setStrength] = useState<Strength | null>(null);
  const knownText = known.join('\n');

  useEffect(() => {
    let isLatest = true;
    const measure = async () => {
      const { measureStrength } = await import('./measure-strength.ts');
      if (isLatest) setStrength(measureStrength(password, knownText.split('\n')));
    };
    const timer = setTimeout(() => {
      if (password === '') setStrength(null);
      else measure().catch(() => setStrength(null));
    }, SETTLING_MILLISECONDS);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [password, knownText]);

  return password === '' ? null : strength;
};

/** A password to be chosen, with a hint on how good it is that never stands in the way. */
export const NewPasswordField = ({ known, ...field }: NewPasswordFieldProps) => {
  const strength = useStrength(field.value, known);
  return (
    <div className="new-password">
      <PasswordField
        {...field}
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN_CHARACTERS} characters. A few unrelated words make a good one.`}
      />
      <div className="strength" data-score={strength?.score ?? 'none'}>
        <div className="strength-bar" aria-hidden="true">
          <span />
          <span />
          <span />
          <span />
        </div>
        <output className="strength-words">
          {strength === null ? null : [`${WORDS[strength.score]}.`, strength.warning].filter(Boolean).join(' ')}
        </output>
      </div>
    </div>
  );
};
