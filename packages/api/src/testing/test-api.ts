import { randomBytes } from 'node:crypto';
import { type AccessTokens, createAccessTokens, createPasswords, type Passwords } from '@docket/auth';
import { sessions, users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { createCaller } from '../app-router.ts';
import { createContext, type RequestFacts } from '../context.ts';

export interface TestUser {
  id: string;
  email: string;
  sessionId: string;
  token: string;
}

export interface TestApi {
  database: TestDatabase;
  passwords: Passwords;
  accessTokens: AccessTokens;
  secret: string;
  /** Calls procedures as the bearer of this token would; without one, signed out. */
  call(token?: string, facts?: Partial<RequestFacts>): ReturnType<typeof createCaller>;
  /** A new user with a session and a token really signed; no password is hashed for it. */
  mintUser(): Promise<TestUser>;
  close(): Promise<void>;
}

/** Everything a procedure needs, real but for bcrypt's cost, on a database of its own. */
export const createTestApi = async (): Promise<TestApi> => {
  const database = await createTestDatabase();
  const passwords = createPasswords({ cost: 4 });
  const secret = randomBytes(48).toString('base64url');
  const accessTokens = await createAccessTokens({ secret });
  return {
    database,
    passwords,
    accessTokens,
    secret,
    call: (token, facts) =>
      createCaller(
        createContext(
          { db: database.db, passwords, accessTokens },
          { requestId: 'test', bearerToken: token ?? null, userAgent: null, address: '127.0.0.1', ...facts },
        ),
      ),
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
      await database.close();
    },
  };
};
