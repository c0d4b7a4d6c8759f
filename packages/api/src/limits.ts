import { readAddressKey } from './address-key.ts';
import type { Context } from './context.ts';
import { RetryLaterError } from './errors.ts';
import type { RateLimitName } from './rate-limit-settings.ts';

type LimitedContext = Pick<Context, 'rateLimits'>;

const refuse = (retryAfterSeconds: number): never => {
  const seconds = retryAfterSeconds === 1 ? '1 second' : `${retryAfterSeconds} seconds`;
  throw new RetryLaterError({
    code: 'TOO_MANY_REQUESTS',
    message: `That was too often. Try again in ${seconds}.`,
    retryAfterSeconds,
  });
};

/**
 * Counts one call against a limit.
 *
 * @throws {RetryLaterError} TOO_MANY_REQUESTS where the limit is used up
 */
export const spendPoint = async (ctx: LimitedContext, name: RateLimitName, key: string): Promise<void> => {
  const waitSeconds = await ctx.rateLimits.take(name, key);
  if (waitSeconds !== null) refuse(waitSeconds);
};

/** An attempt to give a password, counted as a failure until it turns out right. */
export interface PasswordAttempt {
  /** The password was right: takes the attempt back. */
  forgive(): Promise<void>;
}

/**
 * Counts an attempt before the password is looked at, so that no burst of them gets past the limit (OWASP ASVS 5.0
 * 6.3.1). What many addresses did to an e-mail address does not lock out a device that its owner has used before.
 *
 * @throws {RetryLaterError} TOO_MANY_REQUESTS, the same for an address that has no account
 */
export const countPasswordAttempt = async (
  ctx: LimitedContext & Pick<Context, 'address' | 'digestEmail'>,
  email: string,
  isKnownDevice: () => Promise<boolean>,
): Promise<PasswordAttempt> => {
  const address = readAddressKey(ctx.address);
  const digest = ctx.digestEmail(email);
  const pair = `${digest}|${address}`;
  await spendPoint(ctx, 'loginAddress', address);
  await spendPoint(ctx, 'loginPair', pair);
  const waitSeconds = await ctx.rateLimits.take('loginEmail', digest);
  if (waitSeconds !== null && !(await isKnownDevice())) refuse(waitSeconds);
  return {
    async forgive() {
      await ctx.rateLimits.giveBack('loginAddress', address);
      await ctx.rateLimits.giveBack('loginPair', pair);
      if (waitSeconds === null) await ctx.rateLimits.giveBack('loginEmail', digest);
    },
  };
};
