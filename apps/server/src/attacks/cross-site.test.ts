import { sessions } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  callRest,
  callTrpc,
  createWireClient,
  exchange,
  listCallableProcedures,
  passTime,
  readCookiePair,
  readKeptCookie,
  readStanding,
  readStatus,
  refresh,
  signIn,
  signUp,
  startTestServer,
  type TestServer,
  type WireAccount,
  type WireClient,
  writeRequest,
} from '../testing/index.ts';

let server: TestServer;
let client: WireClient;
beforeAll(async () => {
  server = await startTestServer({ variables: { CORS_ORIGINS: 'http://app.example' } });
  client = createWireClient(server.port);
});
afterAll(() => server.stop());

const REFRESH_PATHS = ['/api/auth/refresh', '/trpc/auth.refresh'];
/** What reads the cookie. */
const PATHS = [...REFRESH_PATHS, '/api/auth/end-cookie-session', '/trpc/auth.endCookieSession'];
const JSON_TYPE = 'Content-Type: application/json';

/** Node's fetch would add to these; a browser would not. */
const post = async (path: string, headers: string[], body = ''): Promise<{ status: number; text: string }> => {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const text = await exchange(
    server.port,
    writeRequest(`POST ${path}`, ['Connection: close', length, ...headers], body),
  );
  return { status: readStatus(text), text };
};

const readSessionId = ({ token }: WireAccount): string => {
  const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return String(sid);
};

/** That the session neither moved on nor ended. */
const expectUntouched = async (account: WireAccount): Promise<void> => {
  const rows = await server.database.db
    .select()
    .from(sessions)
    .where(eq(sessions.id, readSessionId(account)));
  expect(rows).toMatchObject([{ refreshCounter: 0, revokedAt: null }]);
};

describe.each(PATHS)('%s by the cookie', (path) => {
  let account: WireAccount;
  let cookie: string;
  beforeAll(async () => {
    account = await signUp(client);
    cookie = `Cookie: ${account.cookie}`;
  });

  test.each([
    ['no Origin', []],
    ['the Origin of a stranger', ['Origin: https://evil.example']],
    ['the Origin null', ['Origin: null']],
    ['an empty Origin', ['Origin:']],
    ['the Origin of another port', ['Origin: http://docket.test:81']],
    ['an Origin that begins like ours', ['Origin: http://docket.test.evil.example']],
    ['an Origin that ends like ours', ['Origin: http://evil-docket.test']],
    ['an Origin with ours as its user', ['Origin: http://docket.test@evil.example']],
    ['an Origin with ours as its path', ['Origin: http://evil.example/docket.test']],
    ['an Origin of no scheme', ['Origin: docket.test']],
    ['an Origin that begins like an allowed one', ['Origin: http://app.example.evil.example']],
    ['an allowed Origin by the wrong scheme', ['Origin: https://app.example']],
    ['two Origins', ['Origin: https://evil.example', 'Origin: http://docket.test']],
    ['a list of Origins', ['Origin: https://evil.example, http://docket.test']],
    ['Sec-Fetch-Site cross-site', ['Sec-Fetch-Site: cross-site', 'Origin: http://docket.test']],
    ['Sec-Fetch-Site same-site', ['Sec-Fetch-Site: same-site', 'Origin: http://docket.test']],
    ['Sec-Fetch-Site none', ['Sec-Fetch-Site: none']],
    ['Sec-Fetch-Site in capitals', ['Sec-Fetch-Site: SAME-ORIGIN']],
    ['two kinds of Sec-Fetch-Site', ['Sec-Fetch-Site: same-origin, cross-site', 'Origin: http://docket.test']],
    ['a Referer of ours', ['Referer: http://docket.test/', 'Sec-Fetch-Mode: cors']],
    ['X-Forwarded-Host of theirs', ['Origin: https://evil.example', 'X-Forwarded-Host: evil.example']],
    ['X-Requested-With', ['Origin: https://evil.example', 'X-Requested-With: XMLHttpRequest']],
  ])('and %s answers FORBIDDEN (ASVS 3.5.1)', async (_, headers) => {
    const { status, text } = await post(path, [cookie, JSON_TYPE, ...headers]);
    expect([status, text.includes('"FORBIDDEN"'), text.toLowerCase().includes('set-cookie')]).toEqual([
      403,
      true,
      false,
    ]);
    await expectUntouched(account);
  });

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
  ])('and a form of %s is refused, with a body and without (ASVS 3.5.2)', async (type) => {
    for (const body of ['', 'a=b', '{}']) {
      for (const origin of ['http://docket.test', 'https://evil.example']) {
        const { status } = await post(path, [cookie, `Content-Type: ${type}`, `Origin: ${origin}`], body);
        expect([403, 415]).toContain(status);
      }
    }
    await expectUntouched(account);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('and %s is refused (ASVS 3.5.3)', async (method) => {
    const head = ['Connection: close', cookie, 'Sec-Fetch-Site: same-origin', 'Origin: http://docket.test'];
    const answer = await exchange(server.port, writeRequest(`${method} ${path}`, head));
    expect([204, 405]).toContain(readStatus(answer));
    expect(answer.toLowerCase()).not.toContain('set-cookie');
    await expectUntouched(account);
  });

  test.each([
    ['its own Origin', ['Origin: http://docket.test']],
    ['an allowed Origin', ['Origin: http://app.example']],
    ['Sec-Fetch-Site same-origin', ['Sec-Fetch-Site: same-origin']],
  ])('and %s is heard', async (_, headers) => {
    const mine = await signUp(client);
    await passTime(server.database, mine.email, '10 minutes');
    const { status, text } = await post(path, [`Cookie: ${mine.cookie}`, JSON_TYPE, ...headers]);
    expect([status, text.toLowerCase().includes('set-cookie')]).toEqual([200, true]);
  });
});

test.each([
  '/trpc/auth.refresh?batch=1',
  '/trpc/auth.refresh,auth.refresh?batch=1',
  '/trpc/auth.logout,auth.refresh?batch=1',
  '/trpc/auth.refresh,auth.refresh',
  '/trpc/auth.refresh?batch=1&batch=0',
  '/trpc/auth.endCookieSession?batch=1',
  '/trpc/auth.me,auth.endCookieSession?batch=1',
])('%s does nothing, by the cookie and of our own origin', async (path) => {
  const account = await signUp(client);
  for (const body of ['', '{}', '{"0":{},"1":{}}']) {
    const { status, text } = await post(
      path,
      [`Cookie: ${account.cookie}`, JSON_TYPE, 'Origin: http://docket.test'],
      body,
    );
    expect([207, 400, 401, 404]).toContain(status);
    expect(text).not.toContain('access_token');
    expect(text.toLowerCase()).not.toContain('set-cookie');
  }
  await expectUntouched(account);
});

describe('nothing else heeds the cookie', () => {
  const procedures = listCallableProcedures().filter(
    ({ name }) => !['auth.refresh', 'auth.endCookieSession'].includes(name),
  );

  test.each(procedures)('$name', async (procedure) => {
    const account = await signUp(client);
    const about = { 'x-request-id': 'the-same-request', 'sec-fetch-site': 'same-origin', ...client.ownPage };
    const json = JSON.stringify(procedure.makeInput());
    for (const call of [callTrpc, callRest]) {
      const withCookie = await call(client, procedure, { json, headers: { ...about, cookie: account.cookie } });
      const without = await call(client, procedure, { json, headers: about });
      if (procedure.isProtected) {
        expect([withCookie.status, withCookie.text]).toEqual([401, without.text]);
      } else if (procedure.name !== 'auth.signup') {
        expect([withCookie.status, withCookie.text]).toEqual([without.status, without.text]);
      }
    }
    await expectUntouched(account);
    expect(await readStanding(client, account.token)).toBe(200);
  });
});

describe('the cookie is for the browser alone (ASVS 3.3.1, 3.3.2, 3.3.4)', () => {
  const ATTRIBUTES = ['httponly', 'max-age=1209600', 'path=/', 'samesite=strict'];
  let secure: TestServer;
  let proxied: TestServer;
  beforeAll(async () => {
    secure = await startTestServer({ variables: { PUBLIC_URL: 'https://docket.test' } });
    proxied = await startTestServer({ variables: { TRUST_PROXY: 'loopback' } });
  });
  afterAll(async () => {
    await secure.stop();
    await proxied.stop();
  });

  const WAYS: [string, () => TestServer, Record<string, string>, boolean][] = [
    ['http', () => server, {}, false],
    ['http, whatever X-Forwarded-Proto claims', () => server, { 'x-forwarded-proto': 'https' }, false],
    ['https, as PUBLIC_URL says', () => secure, {}, true],
    ['https, as PUBLIC_URL says and X-Forwarded-Proto denies', () => secure, { 'x-forwarded-proto': 'http' }, true],
    ['https, as a trusted proxy says', () => proxied, { 'x-forwarded-proto': 'https' }, true],
    ['https, as the first of two proxies says', () => proxied, { 'x-forwarded-proto': 'https, http' }, true],
    ['http, as a trusted proxy says', () => proxied, { 'x-forwarded-proto': 'http' }, false],
  ];

  test.each(WAYS)('over %s', async (...[, choose, headers, isSecure]) => {
    const target = choose();
    const attributes = isSecure ? [...ATTRIBUTES, 'secure'].toSorted() : ATTRIBUTES;
    const name = isSecure ? '__Host-docket-refresh' : 'docket-refresh';
    const expectKept = (answer: Answer): string => {
      expect(answer.status).toBe(200);
      const kept = readKeptCookie(answer);
      expect(kept).toMatchObject({ name, attributes });
      expect(answer.text).not.toContain(kept?.value);
      return readCookiePair(answer);
    };
    const send = (path: string, body: unknown, more: object = {}) =>
      target.send(path, body, { headers: { ...headers, ...more } });
    const account = await signUp({ send: (path, body) => send(path, body) });
    for (const path of ['/auth/login', '/api/auth/login', '/trpc/auth.login']) {
      const { email, password } = account;
      const answer = await send(path, { email, password });
      expectKept(answer);
      // What a client reads of it has not grown.
      const body = path.startsWith('/trpc') ? Object(Object(answer.body).result).data : answer.body;
      expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer' });
    }
    let { cookie } = account;
    for (const path of REFRESH_PATHS) {
      await passTime(target.database, account.email, '10 minutes');
      cookie = expectKept(await send(path, {}, { cookie, 'sec-fetch-site': 'same-origin' }));
    }
    const { access_token: token } = Object(
      (await send('/api/auth/refresh', {}, { cookie, 'sec-fetch-site': 'same-origin' })).body,
    );
    const ended = await send('/api/auth/logout', {}, { cookie, authorization: `Bearer ${token}` });
    expect(readKeptCookie(ended)).toEqual({
      name,
      value: '',
      attributes: attributes.map((each) => each.replace(/^max-age=.*/, 'max-age=0')).toSorted(),
    });
  });

  test('two of its name are none, as where another port of the host has set the second', async () => {
    const mine = await signUp(client);
    const theirs = await signUp(client);
    for (const cookie of [`${theirs.cookie}; ${mine.cookie}`, `a=b;${mine.cookie};  ${theirs.cookie}`]) {
      const answer = await refresh(client, cookie);
      expect([answer.status, readKeptCookie(answer)]).toEqual([401, null]);
    }
    for (const account of [mine, theirs]) await expectUntouched(account);
    expect((await refresh(client, `x-${theirs.cookie}; a=b; ${mine.cookie}`)).status).toBe(200);
  });

  test('deleting the account has it forgotten; a refused refresh leaves it, by then another tab may have a new one', async () => {
    const account = await signUp(client);
    const other = await signIn(client, account);
    const { token, password } = account;
    const gone = await client.send('/api/account/delete', { currentPassword: password }, { token });
    expect(readKeptCookie(gone)).toMatchObject({ name: 'docket-refresh', value: '' });
    const dead = await refresh(client, other.cookie);
    expect([dead.status, readKeptCookie(dead)]).toEqual([401, null]);
  });
});
