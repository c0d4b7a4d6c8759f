import type { AccessTokens, Passwords } from '@docket/auth';
import type { Database } from '@docket/db';

/** What the process makes once and every request shares. */
export interface Dependencies {
  db: Database;
  passwords: Passwords;
  accessTokens: AccessTokens;
}

/** What a procedure may know of the request; nothing of HTTP goes further than this. */
export interface RequestFacts {
  requestId: string;
  /** What follows `Authorization: Bearer`; null where there is no such header, or a malformed one. */
  bearerToken: string | null;
  userAgent: string | null;
  address: string | null;
}

export type Context = Dependencies & RequestFacts;

export const createContext = (dependencies: Dependencies, facts: RequestFacts): Context => ({
  ...dependencies,
  ...facts,
});

/** RFC 6750 2.1: one space, then a token without one. Anything else is no token. */
export const readBearerToken = (authorization: string | undefined): string | null =>
  /^Bearer ([^\s,]+)$/i.exec(authorization ?? '')?.[1] ?? null;
