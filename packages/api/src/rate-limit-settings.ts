export const RATE_LIMIT_NAMES = [
  'loginPair',
  'loginEmail',
  'loginAddress',
  'signIn',
  'signup',
  'passwordChange',
  'resetEmail',
  'resetDevice',
  'resetAddress',
  'emailChange',
  'notice',
  'linkCheck',
  'refresh',
  'writes',
  'reads',
] as const;
export type RateLimitName = (typeof RATE_LIMIT_NAMES)[number];

/** Those that count network addresses. */
export const ADDRESS_LIMIT_NAMES = [
  'loginAddress',
  'signup',
  'resetAddress',
  'linkCheck',
] as const satisfies RateLimitName[];
export type AddressLimitName = (typeof ADDRESS_LIMIT_NAMES)[number];

/** So many calls of one key, then none until the window ends; a window begins with its first call. */
export interface RateLimit {
  points: number;
  seconds: number;
}

/** What holds for each name; null: no limit. */
export type RateLimitSettings = Record<RateLimitName, RateLimit | null>;

/** Why a list of limits cannot be used: a sentence to follow the variable's name, holding no part of its value. */
export class RateLimitSettingsError extends Error {
  override readonly name = 'RateLimitSettingsError';
}

/** Failed sign-ins and mails that go out are dear; reading and writing is what the service is for. */
export const DEFAULT_RATE_LIMITS: RateLimitSettings = {
  loginPair: { points: 10, seconds: 900 },
  loginEmail: { points: 50, seconds: 3_600 },
  loginAddress: { points: 100, seconds: 3_600 },
  signIn: { points: 60, seconds: 3_600 },
  signup: { points: 30, seconds: 3_600 },
  passwordChange: { points: 5, seconds: 3_600 },
  resetEmail: { points: 1, seconds: 600 },
  resetDevice: { points: 3, seconds: 3_600 },
  resetAddress: { points: 10, seconds: 3_600 },
  emailChange: { points: 3, seconds: 3_600 },
  notice: { points: 3, seconds: 3_600 },
  linkCheck: { points: 60, seconds: 3_600 },
  refresh: { points: 60, seconds: 60 },
  writes: { points: 300, seconds: 60 },
  reads: { points: 1_200, seconds: 60 },
};

const MAX_POINTS = 1_000_000;
const MAX_SECONDS = 86_400;

const isName = (text: string): text is RateLimitName => RATE_LIMIT_NAMES.some((name) => name === text);

const isWithin = (number: number, max: number): boolean => number >= 1 && number <= max;

const readLimit = (name: RateLimitName, text: string): RateLimit | null => {
  if (text === 'off') return null;
  const [, points, seconds] = /^(\d{1,9}) *\/ *(\d{1,9})$/.exec(text) ?? [];
  const limit = { points: Number(points), seconds: Number(seconds) };
  if (isWithin(limit.points, MAX_POINTS) && isWithin(limit.seconds, MAX_SECONDS)) return limit;
  throw new RateLimitSettingsError(
    `has no usable numbers for ${name}: write ${name}=points/seconds, 1 to ${MAX_POINTS} points in 1 to ${MAX_SECONDS} seconds, or ${name}=off`,
  );
};

/**
 * Reads `off`, or a list such as `signup=5/3600, reads=off`; what it does not name keeps its default.
 *
 * @throws {RateLimitSettingsError} for anything else
 */
export const readRateLimits = (text: string | undefined): RateLimitSettings => {
  const settings = { ...DEFAULT_RATE_LIMITS };
  if (text === undefined) return settings;
  if (text.trim() === 'off') {
    for (const name of RATE_LIMIT_NAMES) settings[name] = null;
    return settings;
  }
  const seen = new Set<RateLimitName>();
  for (const [index, entry] of text.split(',').entries()) {
    const [, name, limit] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    if (name === undefined || limit === undefined) {
      throw new RateLimitSettingsError(
        `must be off or a list of name=points/seconds and name=off, separated by commas; entry ${index + 1} is neither`,
      );
    }
    const known = name.trim();
    if (!isName(known)) {
      throw new RateLimitSettingsError(
        `names no limit in entry ${index + 1}; the names are ${RATE_LIMIT_NAMES.join(', ')}`,
      );
    }
    if (seen.has(known)) throw new RateLimitSettingsError(`names ${known} twice; name it once`);
    seen.add(known);
    settings[known] = readLimit(known, limit.trim());
  }
  return settings;
};
