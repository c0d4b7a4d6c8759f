import { readAddressKey, readSiteKey } from './address-key.ts';
import type { Context } from './context.ts';
import { RetryLaterError } from './errors.ts';
import type { AddressLimitName } from './rate-limit-settings.ts';
import type { CountedName } from './rate-limits.ts';

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
export const spendPoint = async (ctx: LimitedContext, name: CountedName, key: string): Promise<void> => {
  const waitSeconds = await ctx.rateLimits.take(name, key);
  if (waitSeconds !== null) refuse(waitSeconds);
};

/** By what a caller's address is counted: its network, and the site that this belongs to. */
const listAddressCounts = (address: string | null, name: AddressLimitName): [CountedName, string][] => {
  const site = readSiteKey(address);
  return [
    [name, readAddressKey(address)],
    ...(site === null ? [] : [[`${name}OfSite`, site] satisfies [CountedName, string]]),
  ];
};

/**
 * Counts one call of the caller's address.
 *
 * @throws {RetryLaterError} TOO_MANY_REQUESTS where the limit is used up
 */
export const spendAddressPoint = async (
  ctx: LimitedContext & Pick<Context, 'address'>,
  name: AddressLimitName,
): Promise<void> => {
  for (const [counted, key] of listAddressCounts(ctx.address, name)) await spendPoint(ctx, counted, key);
};

/** An attempt to give a password, counted as a failure until it turns out right. */
export interface PasswordAttempt {
  /** Waits for what the password is compared with. Where that fails, nothing was tried, and the attempt is taken back. */
  lookUp<Found>(pending: Promise<Found>): Promise<Found>;
  /** The password was right: takes the attempt back. */
  forgive(): Promise<void>;
}

/**
 * Counts an attempt before the password is looked at, so that no burst of them gets past the limit (OWASP ASVS 5.0
 * 6.3.1). The closest limit comes first: a client that does not heed its refusals uses up nobody else's points. Right
 * passwords count, too, for the work that they make. What many addresses did to an e-mail address does not lock out a
 * device that its owner has used before.
 *
 * @throws {RetryLaterError} TOO_MANY_REQUESTS, the same for an address that has no account
 */
export const countPasswordAttempt = async (
  ctx: LimitedContext & Pick<Context, 'address' | 'digestEmail'>,
  email: string,
  isKnownDevice: () => Promise<boolean>,
): Promise<PasswordAttempt> => {
  const digest = ctx.digestEmail(email);
  const pair = `${digest}|${readAddressKey(ctx.address)}`;
  const failures: [CountedName, string][] = [['loginPair', pair], ...listAddressCounts(ctx.address, 'loginAddress')];
  await spendPoint(ctx, 'loginPair', pair);
  await spendPoint(ctx, 'signIn', pair);
  await spendAddressPoint(ctx, 'loginAddress');
  const waitSeconds = await ctx.rateLimits.take('loginEmail', digest);
  if (waitSeconds === null) failures.push(['loginEmail', digest]);
  else if (!(await isKnownDevice())) refuse(waitSeconds);
  const forgive = async (): Promise<void> => {
    await Promise.all(failures.map(([name, key]) => ctx.rateLimits.giveBack(name, key)));
  };
  return {
    forgive,
    lookUp: (pending) =>
      pending.catch(async (error: unknown) => {
        await forgive().catch(() => {});
        throw error;
      }),
  };
};

/** A mail that may go out. */
export interface ResetMail {
  /** It could not be asked for: the next one does not wait for it. */
  giveBack(): Promise<void>;
}

/**
 * Whether a link to set a new password is mailed; null where none is. Nobody is refused for what others asked for: while a
 * fresh link is out, none is mailed; a device that the owner has used before gets its own, a few times.
 */
export const takeResetMail = async (
  ctx: LimitedContext & Pick<Context, 'digestEmail'>,
  email: string,
  isKnownDevice: () => Promise<boolean>,
): Promise<ResetMail | null> => {
  const digest = ctx.digestEmail(email);
  const take = async (name: 'resetEmail' | 'resetDevice'): Promise<ResetMail | null> =>
    (await ctx.rateLimits.take(name, digest)) === null
      ? { giveBack: () => ctx.rateLimits.giveBack(name, digest) }
      : null;
  return (await take('resetEmail')) ?? ((await isKnownDevice()) ? await take('resetDevice') : null);
};
