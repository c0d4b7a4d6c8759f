import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccessTokens } from '@docket/auth';
import { sessions, users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import { readEnv } from '../env.ts';
import { startServer } from '../server.ts';

export interface TestUser {
  id: string;
  email: string;
  sessionId: string;
  token: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined where it is not JSON. */
  body: unknown;
}

export interface TestServer {
  port: number;
  secret: string;
  database: TestDatabase;
  announced: string[];
  request(path: string, options?: RequestInit & { token?: string; duplex?: 'half' }): Promise<Answer>;
  /** Sends JSON, by POST where nothing else is said. */
  send(path: string, body: unknown, options?: RequestInit & { token?: string }): Promise<Answer>;
  /** A new user with a session and a token really signed; no password is hashed for it. */
  mintUser(): Promise<TestUser>;
  stop(): Promise<void>;
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Inserts a user with a living session, and signs the token as the server itself would. */
export const mintUserIn = async (database: TestDatabase, secret: string): Promise<TestUser> => {
  const [id, sessionId] = [randomUUID(), randomUUID()];
  const email = `${id}@example.com`;
  await database.db.insert(users).values({ id, email, hashedPassword: 'no password' });
  await database.db.insert(sessions).values({ userId: id, id: sessionId, expiresAt: sql`now() + interval '7 days'` });
  const accessTokens = await createAccessTokens({ secret });
  return { id, email, sessionId, token: await accessTokens.sign({ userId: id, email, sessionId }) };
};

/** Calls over the wire and reads the whole answer. */
export const createRequest =
  (port: number): TestServer['request'] =>
  async (path, { token, ...options } = {}) => {
    const headers = new Headers(options.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...options, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parseJson(text) };
  };

const makeWebFolder = (folder: string): string => {
  mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'web', 'index.html'), '<!doctype html><title>The page</title>');
  writeFileSync(join(folder, 'web', 'assets', 'app-1a2b3c.js'), 'export {};\n');
  return join(folder, 'web');
};

/** The real server in this process, on a port and a database of its own. `reach` may put something before the database. */
export const startTestServer = async (
  options: {
    variables?: NodeJS.ProcessEnv;
    reach?: (databaseUrl: string) => Promise<string>;
    unreadMs?: number;
    /** More than any test needs that is not about them. */
    passwordPlaces?: number;
    statementDeadlineMs?: number;
  } = {},
): Promise<TestServer> => {
  const database = await createTestDatabase();
  const secret = randomBytes(48).toString('base64url');
  const folder = mkdtempSync(join(tmpdir(), 'docket-server-'));
  const announced: string[] = [];
  const server = await startServer({
    env: readEnv({
      DATABASE_URL: (await options.reach?.(database.url)) ?? database.url,
      JWT_SECRET: secret,
      PORT: '0',
      BCRYPT_COST: '4',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'silent',
      ...options.variables,
    }),
    dataFolder: join(folder, 'data'),
    webFolder: makeWebFolder(folder),
    announce: (line) => announced.push(line),
    refusalPauseMs: 0,
    unreadMs: options.unreadMs,
    passwordPlaces: options.passwordPlaces ?? 1_000,
    statementDeadlineMs: options.statementDeadlineMs,
  });
  const port = Number(new URL(server.url).port);
  const request = createRequest(port);
  return {
    port,
    secret,
    database,
    announced,
    request,
    send: (path, body, { headers, ...rest } = {}) =>
      request(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...Object.fromEntries(new Headers(headers)) },
        ...rest,
      }),
    mintUser: () => mintUserIn(database, secret),
    stop: async () => {
      await server.stop();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
