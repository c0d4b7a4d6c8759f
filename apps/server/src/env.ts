import proxyAddress from 'proxy-addr';
import { z } from 'zod';

/** Why the environment cannot be used: one line a variable, naming it and never its value. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

const MIN_SECRET_BYTES = 32;

const hasEnoughBytes = (secret: string): boolean => Buffer.byteLength(secret) >= MIN_SECRET_BYTES;

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
  })
  .transform((env) => ({ ...env, isProduction: env.NODE_ENV === 'production' }))
  .superRefine((env, context) => {
    if (!env.isProduction) return;
    const refuse = (name: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [name], message });
    };
    const advice = `make one with: node -e "console.log(require('crypto').randomBytes(48).toString('base64url'))"`;
    if (env.JWT_SECRET === undefined) {
      refuse('JWT_SECRET', `is required when NODE_ENV is production; ${advice}`);
    } else if (!hasEnoughBytes(env.JWT_SECRET)) {
      refuse('JWT_SECRET', `must have at least ${MIN_SECRET_BYTES} bytes when NODE_ENV is production; ${advice}`);
    }
    if (env.JWT_SECRET_PREVIOUS !== undefined && !hasEnoughBytes(env.JWT_SECRET_PREVIOUS)) {
      refuse('JWT_SECRET_PREVIOUS', `must have at least ${MIN_SECRET_BYTES} bytes when NODE_ENV is production`);
    }
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

/** Whether a secret is shorter than what RFC 7518 3.2 asks of HS256. */
export const isWeakSecret = (secret: string): boolean => !hasEnoughBytes(secret);
