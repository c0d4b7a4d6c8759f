import { readSettingsList, SettingsError } from './settings-list.ts';

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
  'export',
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
  export: { points: 5, seconds: 3_600 },
  linkCheck: { points: 60, seconds: 3_600 },
  refresh: { points: 60, seconds: 60 },
  writes: { points: 300, seconds: 60 },
  reads: { points: 1_200, seconds: 60 },
};

const MAX_POINTS = 1_000_000;
const MAX_SECONDS = 86_400;

const isWithin = (number: number, max: number): boolean => number >= 1 && number <= max;

const readLimit = (name: RateLimitName, text: string): RateLimit => {
  const [, points, seconds] = /^(\d{1,9}) *\/ *(\d{1,9})$/.exec(text) ?? [];
  const limit = { points: Number(points), seconds: Number(seconds) };
  if (isWithin(limit.points, MAX_POINTS) && isWithin(limit.seconds, MAX_SECONDS)) return limit;
  throw new SettingsError(
    `has no usable numbers for ${name}: write ${name}=points/seconds, 1 to ${MAX_POINTS} points in 1 to ${MAX_SECONDS} seconds, or ${name}=off`,
  );
};

/**
 * Reads `off`, or a list such as `signup=5/3600, reads=off`; what it does not name keeps its default.
 *
 * @throws {SettingsError} for anything else
 */
export const readRateLimits = (text: string | undefined): RateLimitSettings =>
  readSettingsList(text, {
    defaults: DEFAULT_RATE_LIMITS,
    names: RATE_LIMIT_NAMES,
    noun: 'limit',
    form: 'name=points/seconds',
    readValue: readLimit,
  });
