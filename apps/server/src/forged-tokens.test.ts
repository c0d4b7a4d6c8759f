import { createHmac, createSecretKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { sessions, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from './testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const REQUEST_ID = 'the-same-request';
const DAY = 86_400;
const now = (): number => Math.floor(Date.now() / 1000);
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const ask = (token: string, path = '/trpc/auth.me') =>
  server.request(path, { headers: { authorization: `Bearer ${token}`, 'x-request-id': REQUEST_ID } });

const claimsOf = (user: TestUser): Record<string, unknown> => ({
  sub: user.id,
  email: user.email,
  sid: user.sessionId,
  iat: now(),
  exp: now() + DAY,
});

/** Signs claims as another service that knows the secret would. */
const sign = (claims: Record<string, unknown>, header: object = {}, secret = server.secret): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(createSecretKey(Buffer.from(secret)));

const omit = (claims: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));

const flipLastBit = (token: string): string => {
  // The last character of 32 bytes carries four bits of signature and two that must be zero.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) ^ 1);
};

/** The signature is right for the text, whatever the header claims. */
const signByHand = (header: object, claims: object, secret = server.secret): string => {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const replaceSignature = (token: string, change: (bytes: Buffer) => void): string => {
  const [header, payload, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  change(bytes);
  return `${header}.${payload}.${bytes.toString('base64url')}`;
};

const flip = (bytes: Buffer, index: number, bit: number): void => {
  bytes.writeUInt8(bytes.readUInt8(index) ^ bit, index);
};

const FORGERIES: [string, (user: TestUser) => string | Promise<string>][] = [
  ['without a signature, alg none', (user) => new UnsecuredJWT(claimsOf(user)).encode()],
  ['alg none before a good signature', (user) => signByHand({ alg: 'none' }, claimsOf(user))],
  ['alg NONE', (user) => signByHand({ alg: 'NONE' }, claimsOf(user))],
  ['without an alg', (user) => signByHand({ typ: 'JWT' }, claimsOf(user))],
  ['of HS512 by the right secret', (user) => sign(claimsOf(user), { alg: 'HS512' })],
  ['of HS384 by the right secret', (user) => sign(claimsOf(user), { alg: 'HS384' })],
  ['that says RS256 over an HMAC', (user) => signByHand({ alg: 'RS256' }, claimsOf(user))],
  [
    'of RS256',
    (user) =>
      new SignJWT(claimsOf(user))
        .setProtectedHeader({ alg: 'RS256' })
        .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  ],
  [
    'that brings its own key',
    (user) => signByHand({ alg: 'HS256', jwk: { kty: 'oct', k: 'YQ' } }, claimsOf(user), 'a'),
  ],
  ['with an unknown critical header', (user) => signByHand({ alg: 'HS256', crit: ['x'], x: 1 }, claimsOf(user))],
  ['of an unknown kid', (user) => sign(claimsOf(user), { kid: 'unknown1' })],
  ['of a kid that is a path', (user) => sign(claimsOf(user), { kid: '../../dev/null' })],
  ['of another secret', (user) => sign(claimsOf(user), {}, 'another secret of more than 32 bytes')],
  ['of an empty secret', (user) => signByHand({ alg: 'HS256' }, claimsOf(user), '')],
  ['with a cut signature', (user) => user.token.slice(0, -1)],
  ['with half a signature', (user) => user.token.slice(0, -21)],
  ['with an empty signature', (user) => user.token.slice(0, user.token.lastIndexOf('.') + 1)],
  [
    'with the first bit of the signature flipped',
    (user) => replaceSignature(user.token, (bytes) => flip(bytes, 0, 0x80)),
  ],
  ['with the last bit of the signature flipped', (user) => replaceSignature(user.token, (bytes) => flip(bytes, 31, 1))],
  ['with another spelling of the same signature', (user) => flipLastBit(user.token)],
  ['with padding', (user) => `${user.token}=`],
  ['with a segment more', (user) => `${user.token}.e30`],
  [
    'with another user`s claims',
    (user) => {
      const [header, , signature] = user.token.split('.');
      return `${header}.${base64url({ ...claimsOf(user), sub: randomUUID() })}.${signature}`;
    },
  ],
  ['that has ended', (user) => sign({ ...claimsOf(user), iat: now() - DAY, exp: now() - 1 })],
  ['without an end', (user) => sign(omit(claimsOf(user), 'exp'))],
  ['that ends in more than seven days', (user) => sign({ ...claimsOf(user), exp: now() + 7 * DAY + 3_600 })],
  ['whose end is text', (user) => signByHand({ alg: 'HS256' }, { ...claimsOf(user), exp: `${now() + DAY}` })],
  [
    'whose end is 1e400',
    (user) => {
      const text = `${base64url({ alg: 'HS256' })}.${Buffer.from(`{"sub":"${user.id}","email":"e","exp":1e400}`).toString('base64url')}`;
      return `${text}.${createHmac('sha256', server.secret).update(text).digest('base64url')}`;
    },
  ],
  ['without a subject', (user) => sign(omit(claimsOf(user), 'sub'))],
  ['whose subject is no UUID', (user) => sign({ ...claimsOf(user), sub: "' or 1=1 --" })],
  ['whose subject is a number', (user) => signByHand({ alg: 'HS256' }, { ...claimsOf(user), sub: 1 })],
  ['of a subject that never was', (user) => sign({ ...claimsOf(user), sub: randomUUID() })],
  ['without an e-mail address', (user) => sign(omit(claimsOf(user), 'email'))],
  ['issued in the future', (user) => sign({ ...claimsOf(user), iat: now() + 3_600 })],
  ['not good before tomorrow', (user) => sign({ ...claimsOf(user), nbf: now() + DAY })],
  ['of a session that never was', (user) => sign({ ...claimsOf(user), sid: randomUUID() })],
  ['of a session that is no UUID', (user) => sign({ ...claimsOf(user), sid: 'x' })],
  ['of a null session', (user) => sign({ ...claimsOf(user), sid: null })],
  ['of another user`s session', async (user) => sign({ ...claimsOf(user), sid: (await server.mintUser()).sessionId })],
  ['of a claim list', () => signByHand({ alg: 'HS256' }, [])],
  ['longer than any of ours', (user) => sign({ ...claimsOf(user), padding: 'x'.repeat(8_000) })],
  ['of three dots', () => '...'],
];

describe('a token', () => {
  test('as the server makes it signs in, and the hand-made one that the forgeries start from does, too', async () => {
    const user = await server.mintUser();
    expect((await ask(user.token)).status).toBe(200);
    expect((await ask(await sign(claimsOf(user)))).status).toBe(200);
    expect((await ask(signByHand({ alg: 'HS256' }, claimsOf(user)))).status).toBe(200);
  });

  test.each(FORGERIES)('%s is refused like no token at all', async (_, forge) => {
    const token = await forge(await server.mintUser());
    for (const path of ['/trpc/auth.me', '/api/auth/me']) {
      const nothing = await server.request(path, { headers: { 'x-request-id': REQUEST_ID } });
      const answer = await ask(token, path);
      expect([answer.status, answer.text]).toEqual([401, nothing.text]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.text).toContain('"UNAUTHORIZED"');
    }
  });

  test('of a user who was deleted is refused from the next call on', async () => {
    const user = await server.mintUser();
    expect((await ask(user.token)).status).toBe(200);
    await server.database.db.delete(users).where(eq(users.id, user.id));
    expect((await ask(user.token)).status).toBe(401);
  });

  test.each([
    ['revoked', { revokedAt: sql`now()` }],
    ['over', { expiresAt: sql`now() - interval '1 second'` }],
  ])('of a session that is %s is refused from the next call on', async (_, change) => {
    const user = await server.mintUser();
    expect((await ask(user.token)).status).toBe(200);
    await server.database.db.update(sessions).set(change).where(eq(sessions.id, user.sessionId));
    expect((await ask(user.token)).status).toBe(401);
  });

  test('of sub, email and exp alone, as another service signs it, is good until it signs out', async () => {
    const user = await server.mintUser();
    const token = await sign({ sub: user.id, email: user.email, exp: now() + 7 * DAY });
    expect((await ask(token)).body).toMatchObject({ result: { data: { id: user.id } } });
    expect((await server.send('/trpc/auth.logout', {}, { token })).status).toBe(200);
    expect((await ask(token)).status).toBe(401);
    expect((await ask(user.token)).status).toBe(200);
  });
});
