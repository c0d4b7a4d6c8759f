import { ACCESS_TOKEN_TTL_SECONDS } from '@docket/auth';
import { sessions, users } from '@docket/db';
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';

/** Unused for so long, a session can no longer be refreshed (OWASP ASVS 5.0 7.3.1). */
const IDLE_LIMIT_SECONDS = 14 * 24 * 60 * 60;
/** Nor so long after signing in, however much it was used (OWASP ASVS 5.0 7.3.2). */
const ABSOLUTE_LIMIT_SECONDS = 30 * 24 * 60 * 60;
/** How old the newest refresh token is before another takes its place. */
const RENEWAL_SECONDS = 10 * 60;
/** So long a new refresh token may be only in the browser's memory: Chromium writes its cookies every 30 seconds. */
const TRIAL_SECONDS = 60;

export const MAX_LIVE_SESSIONS = 50;

const seconds = (count: number): SQL => sql`${count} * interval '1 second'`;

/** Until when a session that is used now can be refreshed, if not used again. */
const refreshableUntil = (createdAt: SQL): SQL =>
  sql`least(now() + ${seconds(IDLE_LIMIT_SECONDS)}, ${createdAt} + ${seconds(ABSOLUTE_LIMIT_SECONDS)})`;

/** When a session that begins now ends. */
export const expiryOfNewSession = refreshableUntil(sql`now()`);

/** When a session that is used now ends; the access tokens it has given out stay good till then. */
export const expiryAfterUse = sql`greatest(${sessions.expiresAt}, ${refreshableUntil(sql`${sessions.createdAt}`)})`;

/** When a session ends that gives out an access token now. */
export const expiryAfterRefresh = sql`greatest(${expiryAfterUse}, now() + ${seconds(ACCESS_TOKEN_TTL_SECONDS)})`;

export const isRefreshable = sql`${sessions.lastUsedAt} > now() - ${seconds(IDLE_LIMIT_SECONDS)}
  and ${sessions.createdAt} > now() - ${seconds(ABSOLUTE_LIMIT_SECONDS)}`;

export const isNewTokenDue = sql`${sessions.refreshedAt} <= now() - ${seconds(RENEWAL_SECONDS)}`;

export const isNewTokenOnTrial = sql`${sessions.refreshedAt} > now() - ${seconds(TRIAL_SECONDS)}`;

/** Joins sessions to their user: those that were neither ended nor left behind by a new password. */
export const isLiveSessionOfUser = and(
  eq(sessions.userId, users.id),
  eq(sessions.passwordVersion, users.passwordVersion),
  isNull(sessions.revokedAt),
  gt(sessions.expiresAt, sql`now()`),
);
