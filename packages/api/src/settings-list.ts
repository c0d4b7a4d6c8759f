/** Why a list of settings cannot be used: a sentence to follow the variable's name, holding no part of its value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** What a list is made of. */
interface SettingsShape<Name extends string, Value> {
  defaults: Record<Name, Value | null>;
  names: readonly Name[];
  /** What a name stands for, and how an entry is written: `limit` and `name=points/seconds`. */
  noun: string;
  form: string;
  /** The value that stands behind `name=`. */
  readValue: (name: Name, text: string) => Value;
}

/**
 * Reads `off`, or entries such as `name=value` and `name=off`, separated by commas; what they do not name keeps its default.
 * Null: no limit.
 *
 * @throws {SettingsError} for anything else
 */
export const readSettingsList = <Name extends string, Value>(
  text: string | undefined,
  { defaults, names, noun, form, readValue }: SettingsShape<Name, Value>,
): Record<Name, Value | null> => {
  const settings = { ...defaults };
  if (text === undefined) return settings;
  if (text.trim() === 'off') {
    for (const name of names) settings[name] = null;
    return settings;
  }
  const seen = new Set<Name>();
  for (const [index, entry] of text.split(',').entries()) {
    const [, given, value] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    if (given === undefined || value === undefined) {
      throw new SettingsError(
        `must be off or a list of ${form} and name=off, separated by commas; entry ${index + 1} is neither`,
      );
    }
    const name = names.find((each) => each === given.trim());
    if (name === undefined) {
      throw new SettingsError(`names no ${noun} in entry ${index + 1}; the names are ${names.join(', ')}`);
    }
    if (seen.has(name)) throw new SettingsError(`names ${name} twice; name it once`);
    seen.add(name);
    settings[name] = value.trim() === 'off' ? null : readValue(name, value.trim());
  }
  return settings;
};
