export type Device = {
  /** In words: `Firefox on Linux`. */
  readonly name: string;
  readonly kind: 'computer' | 'phone' | 'service';
};

/** The more special comes first: most browsers also name the one that they descend from. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPT|Opera)\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|HeadlessChrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string, Device['kind']])[] = [
  [/\biPhone\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'phone'],
  [/\bAndroid\b/, 'Android', 'phone'],
  [/\bWindows\b/, 'Windows', 'computer'],
  [/\bCrOS\b/, 'ChromeOS', 'computer'],
  [/\b(?:Mac OS X|Macintosh)\b/, 'Mac', 'computer'],
  [/\bLinux\b/, 'Linux', 'computer'],
];

const SERVICE_NAME = /^[\w.-]{1,40}/;

/** What a user agent (RFC 9110 10.1.5) says in a few words. It is a hint for its owner, and proves nothing. */
export const describeDevice = (userAgent: string | null): Device => {
  const text = userAgent?.trim() ?? '';
  const browser = BROWSERS.find(([pattern]) => pattern.test(text))?.[1];
  const [, system, kind = 'computer'] = SYSTEMS.find(([pattern]) => pattern.test(text)) ?? [];
  if (browser !== undefined) return { name: system === undefined ? browser : `${browser} on ${system}`, kind };
  if (system !== undefined) return { name: `A browser on ${system}`, kind };
  const service = SERVICE_NAME.exec(text)?.[0];
  return { name: service === undefined ? 'An unknown device' : `A service (${service})`, kind: 'service' };
};

/** An address as people know it: IPv4 without the prefix that IPv6 sockets give it (RFC 4291 2.5.5.2). */
export const sayAddress = (address: string | null): string =>
  address === null ? 'unknown address' : address.replace(/^::ffff:(?=\d+\.)/i, '');
