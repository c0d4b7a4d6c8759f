import { PasswordQueueFullError, type Passwords } from '@docket/auth';
import { prepareOnce, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { readAddressKey } from './address-key.ts';
import { recordEvents } from './audit.ts';
import type { Context } from './context.ts';
import { createUnauthorizedError, FieldError, RetryLaterError } from './errors.ts';
import { countPasswordAttempt } from './limits.ts';

export type PasswordPlace = ReturnType<Passwords['reserve']>;

const statements = prepareOnce((db) => ({
  findHash: db
    .select({ hashedPassword: users.hashedPassword })
    .from(users)
    .where(eq(users.id, sql.placeholder('userId')))
    .prepare('find_password_hash'),
}));

/**
 * A place in the queue of passwords, before anything else is asked; one of those that the caller's address and the
 * account can have.
 *
 * @throws {RetryLaterError} TOO_MANY_REQUESTS where every such place is taken
 */
export const reservePlace = (ctx: Pick<Context, 'passwords' | 'address'>, email: string | null): PasswordPlace => {
  try {
    return ctx.passwords.reserve([readAddressKey(ctx.address), ...(email === null ? [] : [email])]);
  } catch (cause) {
    if (!(cause instanceof PasswordQueueFullError)) throw cause;
    throw new RetryLaterError({
      code: 'TOO_MANY_REQUESTS',
      message: `Too many people are signing in at this moment. Try again in ${cause.retryAfterSeconds} seconds.`,
      retryAfterSeconds: cause.retryAfterSeconds,
      cause,
    });
  }
};

/**
 * Checks the password of who is signed in, as a change of the account asks for it (OWASP ASVS 5.0 7.5.1), and answers
 * its stored hash: the change itself then holds only where the hash is still that one.
 *
 * @throws {FieldError} BAD_REQUEST naming `currentPassword`, {RetryLaterError} after too many wrong ones
 */
export const checkCurrentPassword = async (
  ctx: Context & { user: { id: string; email: string } },
  place: PasswordPlace,
  currentPassword: string,
): Promise<string> => {
  const { id, email } = ctx.user;
  const attempt = await countPasswordAttempt(ctx, email, () => Promise.resolve(true));
  const [user] = await attempt.lookUp(statements(ctx.db).findHash.execute({ userId: id }));
  if (user === undefined) throw createUnauthorizedError();
  if (!(await place.verify(currentPassword, user.hashedPassword))) {
    await ctx.db.execute(
      recordEvents(ctx, { kind: 'password-check-failed', userId: sql`users.id` }, sql`from users where id = ${id}`),
    );
    throw new FieldError('currentPassword', 'This is not your current password.');
  }
  await attempt.forgive();
  return user.hashedPassword;
};

/**
 * Refuses a new password that is known to be tried first (OWASP ASVS 5.0 6.2.4, 6.2.11).
 *
 * @throws {FieldError} BAD_REQUEST naming the field
 */
export const checkNewPassword = (ctx: Context, field: string, candidate: { password: string; email: string }): void => {
  const fault = ctx.passwordRules.findFault(candidate.password, candidate.email);
  if (fault !== null) throw new FieldError(field, fault);
};
