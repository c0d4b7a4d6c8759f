import { randomBytes } from 'node:crypto';
import {
  createAccessTokens,
  createEmailDigest,
  createLinkTokens,
  createPasswordRules,
  createPasswords,
  createRefreshTokens,
} from '@docket/auth';
import { openChangeHints, sessions, STATEMENT_DEADLINE_MS, users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { createCaller } from '../app-router.ts';
import { type Context, createContext, type Dependencies, type RequestFacts } from '../context.ts';
import { createLargeReads } from '../large-reads.ts';
import { readQuotas } from '../quotas.ts';
import { readRateLimits } from '../rate-limit-settings.ts';
import { createRateLimits } from '../rate-limits.ts';

export interface TestUser {
  id: string;
  email: string;
  sessionId: string;
  token: string;
}

export interface TestApi {
  database: TestDatabase;
  dependencies: Dependencies;
  secret: string;
  /** What a request with this token, or without one, gives its procedure. */
  makeContext(token?: string | null, facts?: Partial<RequestFacts>): Context;
  /** Calls procedures as the bearer of this token would; without one, signed out. */
  call(token?: string, facts?: Partial<RequestFacts>): ReturnType<typeof createCaller>;
  /** A new user with a session and a token really signed; no password is hashed for it. */
  mintUser(): Promise<TestUser>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** As the variable RATE_LIMITS has them. */
  rateLimits?: string;
  /** As the variable QUOTAS has them. */
  quotas?: string;
  passwordCost?: number;
  /** How many passwords may be checked at once; more than any test needs that is not about it. */
  passwordPlaces?: number;
}

/** Everything a procedure needs, real but for bcrypt's cost, on a database of its own; without limits unless some are given. */
export const createTestApi = async (options: TestApiOptions = {}): Promise<TestApi> => {
  const database = await createTestDatabase();
  const passwords = createPasswords({ cost: options.passwordCost ?? 4, maxPlaces: options.passwordPlaces ?? 1_000 });
  const secret = randomBytes(48).toString('base64url');
  const accessTokens = await createAccessTokens({ secret });
  const dependencies: Dependencies = {
    db: database.db,
    statementBudgetMs: STATEMENT_DEADLINE_MS,
    passwords,
    passwordRules: createPasswordRules({ hasBlocklist: true }),
    accessTokens,
    refreshTokens: createRefreshTokens({ secret }),
    linkTokens: createLinkTokens({ secret }),
    digestEmail: createEmailDigest({ secret }),
    rateLimits: createRateLimits({ db: database.db, settings: readRateLimits(options.rateLimits ?? 'off') }),
    refusalPauseMs: 0,
    quotas: readQuotas(options.quotas),
    largeReads: createLargeReads(),
    changeHints: openChangeHints(database.url),
    sendsMail: true,
    // Never within a test, so that what a stream shows at once it shows without looking by itself.
    lookEveryMs: 3_600_000,
    notifyOutbox: () => {},
  };
  const makeContext: TestApi['makeContext'] = (token, facts) =>
    createContext(dependencies, {
      requestId: 'test',
      bearerToken: token ?? null,
      userAgent: null,
      address: '127.0.0.1',
      refreshToken: null,
      isFromOwnPage: false,
      isBatch: false,
      keepRefreshToken: () => {},
      // Who calls without HTTP has the answer when the call returns.
      onAnswered: (run) => run(),
      ...facts,
    });
  return {
    database,
    dependencies,
    secret,
    makeContext,
    call: (token, facts) => createCaller(makeContext(token, facts)),
    mintUser: async () => {
      const id = uuidv7();
      const sessionId = uuidv7();
      const email = `${id}@example.com`;
      await database.db.insert(users).values({ id, email, hashedPassword: 'no password' });
      await database.db
        .insert(sessions)
        .values({ userId: id, id: sessionId, expiresAt: sql`now() + interval '7 days'` });
      return { id, email, sessionId, token: await accessTokens.sign({ userId: id, email, sessionId }) };
    },
    close: async () => {
      passwords.close();
      await dependencies.changeHints.close();
      await database.close();
    },
  };
};
