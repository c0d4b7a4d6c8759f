import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStanding, startTestServer, type TestServer, type TestUser } from '../testing/index.ts';

let server: TestServer;
let user: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  user = await server.mintUser();
});
afterAll(() => server.stop());

const HEADER = '{"alg":"HS256"}';
const BOM = '\uFEFF';
const encode = (text: string): string => Buffer.from(text).toString('base64url');

const writeClaims = (): string =>
  JSON.stringify({
    sub: user.id,
    email: user.email,
    sid: user.sessionId,
    exp: Math.floor(Date.now() / 1000) + 86_400,
  });

/** The signature is right for the segments, however they are spelled. */
const seal = (header: string, payload: string): string => {
  const text = `${header}.${payload}`;
  return `${text}.${createHmac('sha256', server.secret).update(text).digest('base64url')}`;
};

/** The text with spaces behind it, so that so many bytes are left over when it is parted into threes. */
const fillTo = (text: string, leftOver: number): string => text + ' '.repeat((leftOver + 2 * text.length) % 3);

/** Sets the lowest bit of the last character, which no byte takes where bytes are left over. */
const respell = (segment: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return segment.slice(0, -1) + alphabet.charAt(alphabet.indexOf(segment.slice(-1)) ^ 1);
};

const change = (write: (segments: { header: string; payload: string; signature: string }) => string): string => {
  const [header = '', payload = '', signature = ''] = user.token.split('.');
  return write({ header, payload, signature });
};

const SPELLINGS: [string, () => string][] = [
  ['with padding before the dots', () => change((all) => `${all.header}=.${all.payload}==.${all.signature}`)],
  ['with padding that is signed, too', () => seal(`${encode(HEADER)}=`, encode(writeClaims()))],
  ['in the other alphabet', () => change((all) => `${all.header}.${all.payload}.+/${all.signature.slice(2)}`)],
  [
    'with another last character of the header',
    () => change((all) => `${respell(all.header)}.${all.payload}.${all.signature}`),
  ],
  [
    'with another last character of the payload',
    () => change((all) => `${all.header}.${respell(all.payload)}.${all.signature}`),
  ],
  [
    'with another last character of the signature',
    () => change((all) => `${all.header}.${all.payload}.${respell(all.signature)}`),
  ],
  ...[1, 2].flatMap((leftOver): [string, () => string][] => [
    [
      `with unused bits in the header that are signed, too, ${leftOver} bytes left over`,
      () => seal(respell(encode(fillTo(HEADER, leftOver))), encode(writeClaims())),
    ],
    [
      `with unused bits in the payload that are signed, too, ${leftOver} bytes left over`,
      () => seal(encode(HEADER), respell(encode(fillTo(writeClaims(), leftOver)))),
    ],
  ]),
  ['with a character too many in the header', () => seal(`${encode(HEADER)}A`, encode(writeClaims()))],
  ['whose header begins with a byte order mark', () => seal(encode(`${BOM}${HEADER}`), encode(writeClaims()))],
  ['whose payload begins with a byte order mark', () => seal(encode(HEADER), encode(`${BOM}${writeClaims()}`))],
  ['with a dot ahead', () => `.${user.token}`],
  ['with a dot behind', () => `${user.token}.`],
  [
    'with a character of the payload less',
    () => change((all) => `${all.header}.${all.payload.slice(1)}.${all.signature}`),
  ],
  ['percent-encoded', () => user.token.replaceAll('.', '%2E')],
];

test('a token that is spelled as tokens are signs in, however many bytes its segments leave over', async () => {
  const tokens = [0, 1, 2].map((leftOver) =>
    seal(encode(fillTo(HEADER, leftOver)), encode(fillTo(writeClaims(), leftOver))),
  );
  for (const token of [user.token, ...tokens]) expect(await readStanding(server, token)).toBe(200);
});

// RFC 7515 2: no padding, no white space, no other alphabet, and so one spelling.
test.each(SPELLINGS)('a token %s is refused as none is', async (_, spell) => {
  const headers = { 'x-request-id': 'the-same-request' };
  const nothing = await server.request('/api/auth/me', { headers });
  const answer = await server.request('/api/auth/me', { headers, token: spell() });
  expect([answer.status, answer.text]).toEqual([401, nothing.text]);
});
