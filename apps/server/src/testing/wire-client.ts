import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import type { Answer, TestServer } from './test-server.ts';
import { createRequest } from './test-server.ts';

/** Calls one server process over the wire. */
export interface WireClient extends Pick<TestServer, 'port' | 'request' | 'send'> {
  /** What a page of this server says of itself with every POST. */
  ownPage: Record<string, string>;
}

export interface WireAccount {
  email: string;
  password: string;
  token: string;
  /** The refresh cookie as a browser sends it: `name=value`. */
  cookie: string;
}

export const createWireClient = (port: number): WireClient => {
  const request = createRequest(port);
  return {
    port,
    ownPage: { origin: `http://127.0.0.1:${port}` },
    request,
    send: (path, body, { headers, ...rest } = {}) =>
      request(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...Object.fromEntries(new Headers(headers)) },
        ...rest,
      }),
  };
};

export interface KeptCookie {
  name: string;
  value: string;
  /** As they were written, but for letter case and order. */
  attributes: string[];
}

/** The one cookie that an answer has the browser keep, or null; fails where there are more. */
export const readKeptCookie = ({ headers }: Answer): KeptCookie | null => {
  const written = headers.getSetCookie();
  if (written.length > 1) throw new Error('the answer sets more than one cookie');
  const [pair, ...attributes] = (written[0] ?? '').split('; ');
  const [, name, value] = /^([^=]+)=(.*)$/.exec(pair ?? '') ?? [];
  if (name === undefined || value === undefined) return null;
  return { name, value, attributes: attributes.map((each) => each.toLowerCase()).toSorted() };
};

/** As a browser sends it back: `name=value`; an empty text where nothing is to be kept. */
export const readCookiePair = (answer: Answer): string => {
  const cookie = readKeptCookie(answer);
  return cookie === null ? '' : `${cookie.name}=${cookie.value}`;
};

const readToken = ({ status, text, body }: Answer): string => {
  const token: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'access_token') : undefined;
  if (typeof token !== 'string') throw new Error(`no token, but ${status}: ${text}`);
  return token;
};

/** A password that no list of common ones has, another each time. */
export const makePassword = (): string => `unlikely ${randomUUID()}`;

/** A new account, signed in; its password is really hashed. */
export const signUp = async (client: Pick<WireClient, 'send'>, password = makePassword()): Promise<WireAccount> => {
  const email = `${randomUUID()}@example.com`;
  const answer = await client.send('/auth/signup', { email, password });
  return { email, password, token: readToken(answer), cookie: readCookiePair(answer) };
};

/** The same account in another session. */
export const signIn = async (
  client: Pick<WireClient, 'send'>,
  { email, password }: Pick<WireAccount, 'email' | 'password'>,
): Promise<WireAccount> => {
  const answer = await client.send('/auth/login', { email, password });
  return { email, password, token: readToken(answer), cookie: readCookiePair(answer) };
};

/** As a page of the server refreshes its session. */
export const refresh = (client: WireClient, cookie: string): Promise<Answer> =>
  client.request('/api/auth/refresh', { method: 'POST', headers: { ...client.ownPage, cookie } });

/** As if so much time had passed since the newest refresh token of each of the account's sessions was made. */
export const passTime = async ({ db }: TestDatabase, email: string, time: string): Promise<void> => {
  await db.execute(sql`
    update sessions set refreshed_at = refreshed_at - ${time}::interval
    from users where users.id = sessions.user_id and users.email = ${email}`);
};

/** The status of `auth.me` for a token: 200 or 401. */
export const readStanding = async (client: Pick<WireClient, 'request'>, token: string): Promise<number> =>
  (await client.request('/trpc/auth.me', { token })).status;
