import { createHmac, generateKeyPairSync, hkdfSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { makeMailedLink } from '@docket/api/testing';
import { createLinkTokens, createRefreshTokens } from '@docket/auth';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createWireClient,
  makePassword,
  readStanding,
  refresh,
  signUp,
  startTestServer,
  type TestServer,
  type WireAccount,
  type WireClient,
} from '../testing/index.ts';

let server: TestServer;
let client: WireClient;
let account: WireAccount;
let userId: string;
let sessionId: string;
beforeAll(async () => {
  server = await startTestServer();
  client = createWireClient(server.port);
  account = await signUp(client);
  const [, payload = ''] = account.token.split('.');
  ({ sub: userId, sid: sessionId } = JSON.parse(Buffer.from(payload, 'base64url').toString()));
});
afterAll(() => server.stop());

const DAY = 86_400;
const now = (): number => Math.floor(Date.now() / 1000);
const encode = (text: string): string => Buffer.from(text).toString('base64url');

const claims = (changes: object = {}): object => ({
  sub: userId,
  email: account.email,
  sid: sessionId,
  iat: now(),
  exp: now() + DAY,
  ...changes,
});

/** The signature is right for the segments, whatever they hold. */
const seal = (header: string, payload: string, key: string | Buffer = server.secret): string => {
  const text = `${header}.${payload}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};

const sign = (header: object, changes: object = {}): string =>
  seal(encode(JSON.stringify({ alg: 'HS256', ...header })), encode(JSON.stringify(claims(changes))));

const signAs = async (alg: string, type: 'ec' | 'ed25519' | 'rsa'): Promise<string> => {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  return new SignJWT({ ...claims() }).setProtectedHeader({ alg }).sign(privateKey);
};

const deriveKey = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', server.secret, '', purpose, 32));

const change = (write: (segments: { header: string; payload: string; signature: string }) => string): string => {
  const [header = '', payload = '', signature = ''] = account.token.split('.');
  return write({ header, payload, signature });
};

const FORGERIES: [string, () => string | Promise<string>][] = [
  // RFC 8725 2.1, 3.1: the algorithm is ours to choose.
  ...['None', 'nOnE', 'none ', '', 'hs256', 'HS256 ', 'HMAC', 'ES256', 'PS256', 'EdDSA', 'A128KW', 'dir'].map(
    (alg): [string, () => string] => [`of alg "${alg}"`, () => sign({ alg })],
  ),
  ...[null, 256, true, ['HS256'], { name: 'HS256' }].map((alg): [string, () => string] => [
    `of alg ${JSON.stringify(alg)}`,
    () => sign({ alg }),
  ]),
  ['of alg none, with an empty signature', () => sign({ alg: 'none' }).replace(/[^.]*$/, '')],
  ['signed by ES256', () => signAs('ES256', 'ec')],
  ['signed by PS256', () => signAs('PS256', 'rsa')],
  ['signed by EdDSA', () => signAs('EdDSA', 'ed25519')],
  // RFC 8725 3.10: what a header names is not trusted. Signatures here are by the key that the header brings.
  ...['', 'x', '../../../../dev/null', "' union select 'a' --", '__proto__', 'x'.repeat(1_000)].map(
    (kid): [string, () => string] => [`of kid ${JSON.stringify(kid.slice(0, 24))}`, () => sign({ kid })],
  ),
  ...[null, 7, true, {}, ['x']].map((kid): [string, () => string] => [
    `of kid ${JSON.stringify(kid)}`,
    () => seal(encode(JSON.stringify({ alg: 'HS256', kid })), encode(JSON.stringify(claims())), ''),
  ]),
  ...[['exp'], ['b64'], ['kid', 'x'], [], 'exp', [1], null].map((crit): [string, () => string] => [
    `with crit ${JSON.stringify(crit)}`,
    () => sign({ crit, b64: false, exp: 1, x: 1 }),
  ]),
  ['whose payload is not encoded, as its header says', () => sign({ b64: false, crit: ['b64'] })],
  ['of five segments, as encrypted ones have', () => `${encode('{"alg":"dir","enc":"A256GCM"}')}..AAAA.AAAA.AAAA`],
  // RFC 8725 3.4, 3.11: claims of the wrong kind.
  ...[0, -1, 1.5, 1e300, 2 ** 53, null, [], {}, '', '9999999999', true].map((exp): [string, () => string] => [
    `whose exp is ${JSON.stringify(exp)}`,
    () => sign({}, { exp }),
  ]),
  ...[-1, 1.5, 1e300, 2 ** 53, null, [], '0', true].map((iat): [string, () => string] => [
    `whose iat is ${JSON.stringify(iat)}`,
    () => sign({}, { iat }),
  ]),
  ...['', ' ', null, [], {}, true, 0, '00000000', 'x'.repeat(600), `${'0'.repeat(8)}-0000-4000-8000-00000000000g`].map(
    (sub): [string, () => string] => [`whose sub is ${JSON.stringify(sub).slice(0, 40)}`, () => sign({}, { sub })],
  ),
  ['whose sub is a list of the right one', () => sign({}, { sub: [userId] })],
  ['whose sub has spaces around it', () => sign({}, { sub: ` ${userId} ` })],
  ['whose session is a list of the right one', () => sign({}, { sid: [sessionId] })],
  ['whose nbf is text', () => sign({}, { nbf: 'x' })],
  ['whose claims are text', () => seal(encode('{"alg":"HS256"}'), encode('"x"'))],
  ['whose claims are null', () => seal(encode('{"alg":"HS256"}'), encode('null'))],
  ['whose claims are no JSON', () => seal(encode('{"alg":"HS256"}'), encode('{"sub":'))],
  ['whose claims are no UTF-8', () => seal(encode('{"alg":"HS256"}'), Buffer.from([0xff, 0xfe]).toString('base64url'))],
  ...['null', '[]', '"HS256"', '1', '{', ''].map((header): [string, () => string] => [
    `whose header is ${JSON.stringify(header)}`,
    () => seal(encode(header), encode(JSON.stringify(claims()))),
  ]),
  ['whose header is nested 900 deep', () => seal(encode('['.repeat(900) + ']'.repeat(900)), encode('{}'))],
  ['whose claims are nested 1,400 deep', () => seal(encode('{"alg":"HS256"}'), encode('['.repeat(1_400)))],
  ['of the signature alone', () => change((all) => `..${all.signature}`)],
  ['whose signature is that of all zeros', () => change((all) => `${all.header}.${all.payload}.${'A'.repeat(43)}`)],
  ['with a signature of SHA-512', () => change((all) => `${all.header}.${all.payload}.${'A'.repeat(86)}`)],
];

describe('a token', () => {
  test('as these forgeries would be, were they not forged, signs in', async () => {
    expect([await readStanding(client, account.token), await readStanding(client, sign({}))]).toEqual([200, 200]);
  });

  test.each(FORGERIES)('%s is refused as none is (ASVS 9.1.1, 9.1.2; RFC 8725 3.1, 3.2)', async (_, forge) => {
    const headers = { 'x-request-id': 'the-same-request' };
    const [path, token] = ['/api/auth/me', await forge()];
    const nothing = await client.request(path, { headers });
    const answer = await client.request(path, { headers, token });
    expect([answer.status, answer.text]).toEqual([401, nothing.text]);
  });

  test.each(['jku', 'x5u'])(
    'that names where its key is (%s) has nobody fetched from there (ASVS 9.1.3)',
    async (name) => {
      let calls = 0;
      const trap = createServer((_request, response) => {
        calls += 1;
        response.end('{"keys":[]}');
      });
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
      const address = trap.address();
      const port = address === null || typeof address === 'string' ? 0 : address.port;
      const forged = seal(
        encode(JSON.stringify({ alg: 'HS256', kid: 'theirs', [name]: `http://127.0.0.1:${port}/keys` })),
        encode(JSON.stringify(claims())),
        'their own key, of 32 bytes or more',
      );
      expect(await readStanding(client, forged)).toBe(401);
      expect(calls).toBe(0);
      trap.close();
    },
  );

  test('larger than a header may be is refused, and the next one is served', async () => {
    expect((await client.request('/api/auth/me', { token: 'x'.repeat(20_000) })).status).toBe(431);
    expect((await client.request('/api/auth/me', { token: `${'x'.repeat(12_000)}.x.x` })).status).toBe(401);
    expect(await readStanding(client, account.token)).toBe(200);
  });
});

describe('a token of one purpose is not good for another (ASVS 9.2.2; RFC 8725 3.12)', () => {
  const makeLink = (purpose: 'password-reset' | 'email-change'): Promise<string> => {
    const email = purpose === 'password-reset' ? account.email : `${randomUUID()}@example.com`;
    return makeMailedLink({ db: server.database.db, secret: server.secret }, { purpose, userId, email });
  };
  const cookieName = (): string => account.cookie.split('=')[0] ?? '';
  const refreshToken = (): string => account.cookie.split('=')[1] ?? '';

  test.each<[string, () => string | Promise<string>]>([
    ['a refresh token', refreshToken],
    ['a refresh token in the form of an access token', () => change((all) => `${refreshToken()}.${all.signature}`)],
    ['a reset link', () => makeLink('password-reset')],
    ['an e-mail change link', () => makeLink('email-change')],
    ...['refresh-token', 'password-reset', 'email-change', 'email-digest', '', 'access-token'].map(
      (purpose): [string, () => string] => [
        `an access token of the key for "${purpose}"`,
        () => seal(encode('{"alg":"HS256"}'), encode(JSON.stringify(claims())), deriveKey(purpose)),
      ],
    ),
  ])('%s is no bearer token', async (_, make) => {
    expect(await readStanding(client, await make())).toBe(401);
  });

  const spell = (counter: string, key: string | Buffer): string => {
    const text = `${refreshToken().split('.')[0]}.${counter}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };

  test.each<[string, () => string | Promise<string>]>([
    ['an access token', () => account.token],
    ['a reset link', () => makeLink('password-reset')],
    ['an e-mail change link', () => makeLink('email-change')],
    ['a refresh token of the secret itself', () => spell('0', server.secret)],
    ['a refresh token of the key for reset links', () => spell('0', deriveKey('password-reset'))],
    [
      'a refresh token of another secret',
      () => createRefreshTokens({ secret: 'x'.repeat(48) }).format({ userId, sessionId, counter: 0, parent: 0 }),
    ],
    ...[
      '',
      '00',
      '-0',
      '+0',
      ' 0',
      '0x0',
      '0e0',
      '0.0.0',
      '0.',
      '.0',
      '0.00',
      '0.-1',
      '0.2147483648',
      '2147483648',
      '4294967296',
      '9999999999',
      '0'.repeat(400),
    ].map((counter): [string, () => string] => [
      `a refresh token that counts "${counter.slice(0, 12)}"`,
      () => spell(counter, deriveKey('refresh-token')),
    ]),
  ])('%s is no refresh cookie', async (_, make) => {
    const answer = await refresh(client, `${cookieName()}=${await make()}`);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await readStanding(client, account.token)).toBe(200);
  });

  test.each<[string, () => string | Promise<string>]>([
    ['an access token', () => account.token.replaceAll('.', '_')],
    ['a refresh token', () => refreshToken().replaceAll('.', '_')],
    ['an e-mail change link', () => makeLink('email-change')],
    [
      'a reset link of another secret',
      () =>
        createLinkTokens({ secret: 'x'.repeat(48) }).format({
          purpose: 'password-reset',
          userId,
          linkId: randomUUID(),
        }),
    ],
    [
      'a reset link that is not stored',
      () =>
        createLinkTokens({ secret: server.secret }).format({ purpose: 'password-reset', userId, linkId: randomUUID() }),
    ],
  ])('%s is no reset link', async (_, make) => {
    const input = { token: await make(), newPassword: makePassword() };
    const answer = await client.send('/api/auth/reset-password', input);
    expect(answer.body).toMatchObject({ code: 'BAD_REQUEST', data: { fieldErrors: { token: expect.any(Array) } } });
    expect(await readStanding(client, account.token)).toBe(200);
  });

  test('a reset link changes no e-mail address', async () => {
    const { token } = account;
    const link = await makeLink('password-reset');
    const answer = await client.send('/api/account/confirm-email', { token: link }, { token });
    expect(answer.body).toMatchObject({ code: 'BAD_REQUEST', data: { fieldErrors: { token: expect.any(Array) } } });
    expect((await client.request('/api/auth/me', { token: account.token })).body).toMatchObject({
      email: account.email,
    });
  });

  test('the cookie that these forgeries start from refreshes', async () => {
    expect((await refresh(client, account.cookie)).status).toBe(200);
  });
});
