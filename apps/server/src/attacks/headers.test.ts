import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createWireClient,
  exchange,
  readStanding,
  readStatus,
  signUp,
  startTestServer,
  type TestServer,
  type WireAccount,
  writeRequest,
} from '../testing/index.ts';

let plain: TestServer;
let secure: TestServer;
let account: WireAccount;
let secureAccount: WireAccount;
beforeAll(async () => {
  plain = await startTestServer();
  secure = await startTestServer({ variables: { PUBLIC_URL: 'https://docket.test' } });
  account = await signUp(plain);
  secureAccount = await signUp(secure);
});
afterAll(async () => {
  await plain.stop();
  await secure.stop();
});

const CLOSE = 'Connection: close';

describe('an Authorization header', () => {
  const WRITINGS: [string, (token: string) => string[], number][] = [
    [
      'of a good token and then of another',
      (token) => [`Authorization: Bearer ${token}`, 'Authorization: Bearer x'],
      401,
    ],
    [
      'of another token and then of a good one',
      (token) => ['Authorization: Bearer x', `authorization: Bearer ${token}`],
      401,
    ],
    ['three times', (token) => Array.from({ length: 3 }, () => `AUTHORIZATION: Bearer ${token}`), 401],
    ['beside an empty one', (token) => [`Authorization: Bearer ${token}`, 'Authorization:'], 401],
    ['with a semicolon', (token) => [`Authorization: Bearer ${token};`], 401],
    ['with a comma ahead', (token) => [`Authorization: , Bearer ${token}`], 401],
    ['of two schemes', (token) => [`Authorization: Basic YTpi, Bearer ${token}`], 401],
    ['of a scheme twice', (token) => [`Authorization: Bearer Bearer ${token}`], 401],
    ['with a colon', (token) => [`Authorization: Bearer: ${token}`], 401],
    ['with a parameter', (token) => [`Authorization: Bearer token=${token}`], 401],
    ['with no-break space', (token) => [`Authorization: Bearer\xA0${token}`], 401],
    ['with next line', (token) => [`Authorization: Bearer\x85${token}`], 401],
    ['with no-break space ahead', (token) => [`Authorization: \xA0Bearer ${token}`], 401],
    ['with no-break space behind', (token) => [`Authorization: Bearer ${token}\xA0`], 401],
    ['of a tab and a space', (token) => [`Authorization: Bearer\t ${token}`], 401],
    ['in a cookie', (token) => [`Cookie: access_token=${token}; Authorization=Bearer ${token}`], 401],
    ...['Basic', 'Digest', 'JWT', 'Token', 'DPoP', 'Negotiate', 'Bearerx', 'xBearer', 'Bear', 'B\xE9arer'].map(
      (scheme): [string, (token: string) => string[], number] => [
        `of the scheme ${scheme}`,
        (token) => [`Authorization: ${scheme} ${token}`],
        401,
      ],
    ),
    ...['Proxy-Authorization', 'X-Authorization', 'X-Access-Token', 'X-Forwarded-Authorization', 'Authorization2'].map(
      (name): [string, (token: string) => string[], number] => [
        `by the name ${name}`,
        (token) => [`${name}: Bearer ${token}`],
        401,
      ],
    ),
    // What HTTP itself refuses (RFC 9112 5.1, 5.2).
    ['over two lines', (token) => ['Authorization: Bearer', ` ${token}`], 400],
    ['with a space before its colon', (token) => [`Authorization : Bearer ${token}`], 400],
    ['with a NUL', (token) => [`Authorization: Bearer ${token}\0`], 400],
    ['with a vertical tab', (token) => [`Authorization: Bearer\v${token}`], 400],
    ['with a bare line feed', (token) => [`X: y\nAuthorization: Bearer ${token}`], 400],
  ];

  test.each(WRITINGS)('%s signs nobody in', async (_, write, status) => {
    for (const path of ['/trpc/auth.me', '/api/auth/me']) {
      const answer = await exchange(plain.port, writeRequest(`GET ${path}`, [CLOSE, ...write(account.token)]));
      expect(readStatus(answer)).toBe(status);
      expect(answer).not.toContain(account.email);
    }
  });

  test.each(['access_token', 'token', 'authorization', 'Authorization', 'bearer', 'jwt'])(
    'is not replaced by the parameter %s (ASVS 14.2.1)',
    async (name) => {
      for (const path of ['/trpc/auth.me', '/api/auth/me']) {
        for (const value of [account.token, `Bearer%20${account.token}`]) {
          expect((await plain.request(`${path}?${name}=${value}`)).status).toBe(401);
        }
      }
      const body = { title: 'By body', [name]: account.token };
      expect((await plain.send('/api/tasks', body)).status).toBe(401);
    },
  );
});

test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
  '%s does not change the method, nor a parameter either',
  async (name) => {
    const created = await plain.send('/api/tasks', { title: 'Stays' }, { token: account.token });
    const { id } = Object(created.body);
    const options = { token: account.token, headers: { [name]: 'DELETE' } };
    expect((await plain.request(`/api/tasks/${id}?_method=DELETE`, options)).status).toBe(400);
    expect((await plain.request(`/api/tasks/${id}`, options)).status).toBe(200);
    expect((await plain.send(`/api/tasks/${id}`, { _method: 'DELETE' }, options)).status).toBe(405);
    expect((await plain.request(`/api/tasks/${id}`, { token: account.token })).status).toBe(200);
  },
);

test.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Path', 'X-Forwarded-Prefix'])(
  '%s does not change the path',
  async (name) => {
    const headers = { [name]: '/livez' };
    expect((await plain.request('/api/auth/me', { headers })).status).toBe(401);
    expect((await plain.request('/trpc/auth.me', { headers })).status).toBe(401);
  },
);

test.each<[string, string[]]>([
  ['two different lengths', ['Content-Length: 2', 'Content-Length: 60']],
  ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
  ['chunks that are not the last coding', ['Transfer-Encoding: chunked, identity']],
  ['an unknown coding', ['Transfer-Encoding: xchunked']],
  ['a negative length', ['Content-Length: -1']],
  ['a length in hexadecimal', ['Content-Length: 0x2']],
])('%s make no second request of a body (RFC 9112 6.3)', async (_, framing) => {
  const smuggled = writeRequest('GET /api/auth/me', [`Authorization: Bearer ${account.token}`, CLOSE]);
  const head = ['Content-Type: application/json', ...framing];
  const answer = await exchange(plain.port, writeRequest('POST /auth/login', head, `{}${smuggled}`));
  expect(readStatus(answer)).toBeGreaterThanOrEqual(400);
  expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  expect(answer).not.toContain(account.email);
});

describe('a Cookie header', () => {
  const askPlain = async (cookies: string[]): Promise<string> =>
    exchange(
      plain.port,
      writeRequest('POST /api/auth/refresh', [CLOSE, 'Content-Length: 0', 'Origin: http://docket.test', ...cookies]),
    );
  const askSecure = async (cookies: string[]): Promise<string> =>
    exchange(
      secure.port,
      writeRequest('POST /api/auth/refresh', [CLOSE, 'Content-Length: 0', 'Origin: https://docket.test', ...cookies]),
    );
  const readValue = ({ cookie }: WireAccount): string => cookie.split('=')[1] ?? '';

  test.each<[string, (value: string) => string[]]>([
    ['nothing', () => []],
    ['no value', () => ['Cookie: docket-refresh']],
    ['an empty value', () => ['Cookie: docket-refresh=']],
    ['a broken escape', () => ['Cookie: docket-refresh=%E0%A4%A']],
    ['a NUL as an escape', (value) => [`Cookie: docket-refresh=${value}%00`]],
    ['the name in capitals', (value) => [`Cookie: Docket-Refresh=${value}`]],
    ['commas', (value) => [`Cookie: docket-refresh=x, docket-refresh=${value}`]],
    ['the name of https', (value) => [`Cookie: __Host-docket-refresh=${value}`]],
    ['the names of prototypes', (value) => [`Cookie: __proto__=${value}; constructor=${value}; toString=${value}`]],
    ['the value cut', (value) => [`Cookie: docket-refresh=${value.slice(0, -1)}`]],
    ['the value twice', (value) => [`Cookie: docket-refresh=${value}${value}`]],
    ['12,000 characters', () => [`Cookie: docket-refresh=${'x'.repeat(12_000)}`]],
    ['3,000 cookies', () => [`Cookie: ${'a=b; '.repeat(3_000)}c=d`]],
    ['a longer name', (value) => [`Cookie: xdocket-refresh=${value}; docket-refreshx=${value}`]],
    ['bytes that are no text', () => ['Cookie: docket-refresh=\xFF\xFE\x80']],
    ['another header', (value) => [`X-Cookie: docket-refresh=${value}`, `Cookie2: docket-refresh=${value}`]],
  ])('of %s refreshes nothing and ends nothing', async (_, write) => {
    const answer = await askPlain(write(readValue(account)));
    expect([readStatus(answer), answer.includes('Set-Cookie')]).toEqual([401, false]);
    expect(await readStanding(plain, account.token)).toBe(200);
  });

  test('of two cookies of the name counts for none, in one line or in two', async () => {
    const accounts = [await signUp(plain), await signUp(plain)] as const;
    const [mine, theirs] = [readValue(accounts[0]), readValue(accounts[1])];
    const joined = await askPlain([`Cookie: docket-refresh=${mine}; docket-refresh=${theirs}`]);
    const apart = await askPlain([`Cookie: docket-refresh=${mine}`, `Cookie: docket-refresh=${theirs}`]);
    for (const answer of [joined, apart]) {
      expect([readStatus(answer), answer.includes('Set-Cookie')]).toEqual([401, false]);
    }
    for (const { token } of accounts) expect(await readStanding(plain, token)).toBe(200);
  });

  test.each<[string, (value: string) => string[]]>([
    ['of the name without its prefix', (value) => [`Cookie: docket-refresh=${value}`]],
    [
      'of the prefix in other letters',
      (value) => [`Cookie: __host-docket-refresh=${value}; __HOST-docket-refresh=${value}`],
    ],
    ['of another prefix', (value) => [`Cookie: __Secure-docket-refresh=${value}`]],
    ['of no-break space before the name', (value) => [`Cookie: \xA0__Host-docket-refresh=${value}`]],
    ['of next line before the name', (value) => [`Cookie: \x85__Host-docket-refresh=${value}`]],
    ['of no-break space behind the name', (value) => [`Cookie: __Host-docket-refresh\xA0=${value}`]],
    ['of an escaped name', (value) => [`Cookie: %5F_Host-docket-refresh=${value}`]],
  ])('%s, which another host can toss, is none on https (ASVS 3.3.1, 3.3.3)', async (_, write) => {
    expect(readStatus(await askSecure(write(readValue(secureAccount))))).toBe(401);
  });

  test('tossed beside ours changes nothing on https', async () => {
    const theirs = readValue(await signUp(secure));
    const answer = await askSecure([`Cookie: docket-refresh=${theirs}; ${secureAccount.cookie}`]);
    expect(readStatus(answer)).toBe(200);
    const [, payload = ''] = /"access_token":"[\w-]+\.([\w-]+)\./.exec(answer) ?? [];
    expect(Buffer.from(payload, 'base64url').toString()).toContain(secureAccount.email);
  });
});

test('where there are 2,000 headers, or one of 20,000 characters, the server refuses them and goes on', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `X-${index}: y`);
  for (const headers of [many, [`X-Long: ${'y'.repeat(20_000)}`]]) {
    const answer = await exchange(plain.port, writeRequest('GET /api/auth/me', [CLOSE, ...headers]));
    expect([401, 431]).toContain(readStatus(answer));
  }
  expect(await readStanding(createWireClient(plain.port), account.token)).toBe(200);
});
