import type { AccessTokens, LinkTokens, PasswordRules, Passwords, RefreshTokens } from '@docket/auth';
import type { ChangeHints, Database } from '@docket/db';
import type { LargeReads } from './large-reads.ts';
import type { Quotas } from './quotas.ts';
import type { RateLimits } from './rate-limits.ts';

/** What the process makes once and every request shares. */
export interface Dependencies {
  db: Database;
  /** How long all statements of a call may take together. */
  statementBudgetMs: number;
  passwords: Passwords;
  passwordRules: PasswordRules;
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
  linkTokens: LinkTokens;
  /** Keyed, so that what was tried as an e-mail address cannot be read from where it is counted or recorded. */
  digestEmail: (email: string) => string;
  rateLimits: RateLimits;
  /** How long a call takes at least that is refused for calling too often. */
  refusalPauseMs: number;
  quotas: Quotas;
  largeReads: LargeReads;
  changeHints: ChangeHints;
  /** Whether mail goes out at all; where it does not, a person hands on what waits in the outbox. */
  sendsMail: boolean;
  /** How soon a stream shows a change whose hint got lost, or its session's end. */
  lookEveryMs: number;
  /** Says that mail waits in the outbox. */
  notifyOutbox: () => void;
}

/** What a procedure may know of the request, and the one thing it may do to the answer's headers. */
export interface RequestFacts {
  requestId: string;
  /** What follows `Authorization: Bearer`; null where there is no such header, or a malformed one. */
  bearerToken: string | null;
  userAgent: string | null;
  address: string | null;
  /** What the browser's cookie holds. */
  refreshToken: string | null;
  /** Whether the browser vouches that a page of ours sent the request. */
  isFromOwnPage: boolean;
  isBatch: boolean;
  /** Runs once when the answer has left or its connection is gone; at once where that was before. */
  onAnswered: (run: () => void) => void;
  /** Has the browser keep this refresh token from now on; null: none. */
  keepRefreshToken: (token: string | null) => void;
}

export type Context = Dependencies & RequestFacts;

export const createContext = (dependencies: Dependencies, facts: RequestFacts): Context => ({
  ...dependencies,
  ...facts,
});

/** RFC 6750 2.1: one space, then a token without one. Anything else is no token. */
export const readBearerToken = (authorization: string | undefined): string | null =>
  /^Bearer ([^\s,]+)$/i.exec(authorization ?? '')?.[1] ?? null;
