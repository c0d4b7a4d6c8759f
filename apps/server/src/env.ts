import { readQuotas, readRateLimits, SettingsError } from '@docket/api';
import { findSecretFault } from '@docket/auth';
import { Email } from '@docket/domain';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';

/** Why the environment cannot be used: one line a variable, naming it and never its value. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

const Port = z.coerce.number('must be a number').int('must be a whole number').min(0).max(65_535, 'must be 0 to 65535');

const Origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: 'must be an origin such as https://docket.example, without a path',
});

const OriginList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  )
  .pipe(z.array(Origin));

/** Express's own setting: off, on, how many proxies, or which addresses. */
const TrustProxy = z.string().transform((text): boolean | number | string => {
  if (['off', 'false'].includes(text)) return false;
  if (['on', 'true'].includes(text)) return true;
  return /^\d+$/.test(text) ? Number(text) : text;
});

const isTrustProxy = (setting: boolean | number | string): boolean => {
  try {
    if (typeof setting === 'string') proxyAddress.compile(setting.split(/ *, */));
    return true;
  } catch {
    return false;
  }
};

/** A list that the api reads. */
const SettingsList = <Settings>(read: (text: string | undefined) => Settings) =>
  z
    .string()
    .optional()
    .transform((text, context) => {
      try {
        return read(text);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    });

/** What nodemailer can use: it decodes both, and fails only when the first mail goes out. */
const isSmtpUrl = (text: string): boolean => {
  try {
    const { protocol, hostname, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return ['smtp:', 'smtps:'].includes(protocol) && hostname !== '';
  } catch {
    return false;
  }
};

/** A mailbox (RFC 5322 3.4): an address, or a name, quoted where it holds more than words, and the address in brackets. */
const isMailbox = (text: string): boolean => {
  const [, , bracketed] = /^("[^"\\\p{Cc}]+"|[^"\\\p{Cc}<>()[\],;:@]+) <([^<>]+)>$/u.exec(text) ?? [];
  const address = bracketed ?? text;
  return address === address.trim() && Email.safeParse(address).success;
};

const Env = z
  .object({
    NODE_ENV: z.string().default('development'),
    DATABASE_URL: z.string().optional(),
    DATABASE_URL_DIRECT: z.string().optional(),
    JWT_SECRET: z.string().optional(),
    JWT_SECRET_PREVIOUS: z.string().optional(),
    PORT: Port.default(3000),
    HOST: z.string().default('127.0.0.1'),
    TRUST_PROXY: TrustProxy.default(false).refine(
      isTrustProxy,
      'must be off, on, how many proxies there are, or their addresses separated by commas',
    ),
    PUBLIC_URL: Origin.optional(),
    CORS_ORIGINS: OriginList.default([]),
    LOG_LEVEL: z
      .enum(
        ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
        'must be trace, debug, info, warn, error, fatal or silent',
      )
      .optional(),
    BCRYPT_COST: z.coerce
      .number('must be a number')
      .int()
      .min(4, 'must be 4 to 15')
      .max(15, 'must be 4 to 15')
      .default(12),
    STOP_DELAY: z.coerce
      .number('must be a number of seconds')
      .int('must be a whole number of seconds')
      .min(0, 'must be 0 to 600 seconds')
      .max(600, 'must be 0 to 600 seconds')
      .default(0),
    RATE_LIMITS: SettingsList(readRateLimits),
    QUOTAS: SettingsList(readQuotas),
    PASSWORD_BLOCKLIST: z.enum(['common', 'off'], 'must be common or off').default('common'),
    SMTP_URL: z
      .string()
      .refine(
        isSmtpUrl,
        'must be a URL such as smtp://user:password@mail.example.com:587 or smtps://..., user and password percent-encoded',
      )
      .optional(),
    MAIL_FROM: z
      .string()
      .refine(isMailbox, 'must be an address such as docket@example.com or Docket <docket@example.com>, on one line')
      .optional(),
  })
  .transform((env) => ({
    ...env,
    isProduction: env.NODE_ENV === 'production',
    hasPasswordBlocklist: env.PASSWORD_BLOCKLIST !== 'off',
  }))
  .superRefine((env, context) => {
    const refuse = (name: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [name], message });
    };
    if (!env.isProduction) return;
    if (env.TRUST_PROXY === true) {
      refuse(
        'TRUST_PROXY',
        'must say how many proxies there are, or their addresses, when NODE_ENV is production: with on, every caller chooses the address that limits count',
      );
    }
    if (env.SMTP_URL !== undefined && env.PUBLIC_URL === undefined) {
      refuse('PUBLIC_URL', 'is required when SMTP_URL is set and NODE_ENV is production: links in mails begin with it');
    }
    const advice = `make one with: node -e "console.log(require('crypto').randomBytes(48).toString('base64url'))"`;
    const refuseIfWeak = (name: 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS'): void => {
      const fault = env[name] === undefined ? null : findSecretFault(env[name]);
      if (fault !== null) refuse(name, `${fault}, which is refused when NODE_ENV is production; ${advice}`);
    };
    if (env.JWT_SECRET === undefined) refuse('JWT_SECRET', `is required when NODE_ENV is production; ${advice}`);
    refuseIfWeak('JWT_SECRET');
    refuseIfWeak('JWT_SECRET_PREVIOUS');
    if (env.BCRYPT_COST < 10) refuse('BCRYPT_COST', 'must be 10 to 15 when NODE_ENV is production');
  });
export type Env = z.infer<typeof Env>;

/**
 * Reads and checks every variable once. A variable that is set to nothing counts as unset.
 *
 * @throws {EnvError} naming each variable that is wrong, with what to do, and never its value
 */
export const readEnv = (variables: NodeJS.ProcessEnv): Env => {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const result = Env.safeParse(set);
  if (result.success) return result.data;
  throw new EnvError(
    result.error.issues.map((issue) => `${issue.path[0]?.toString() ?? ''} ${issue.message}`).join('\n'),
  );
};
