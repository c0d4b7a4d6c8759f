import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestServer, type TestServer } from './testing/index.ts';

let trusting: TestServer;
let direct: TestServer;
beforeAll(async () => {
  trusting = await startTestServer({ variables: { TRUST_PROXY: '1' } });
  direct = await startTestServer();
});
afterAll(async () => {
  await trusting.stop();
  await direct.stop();
});

const Sessions = z.array(z.object({ address: z.string().nullable() }));

/** The address that a sign-up with this header is recorded under. */
const recordAddress = async (server: TestServer, forwardedFor: string): Promise<string | null | undefined> => {
  const account = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery' };
  const answer = await server.send('/auth/signup', account, { headers: { 'x-forwarded-for': forwardedFor } });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(answer.body);
  return Sessions.parse((await server.request('/api/auth/sessions', { token })).body)[0]?.address;
};

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['203.0.113.9, 192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:51000', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]:51000', '2001:db8::1'],
  ['nobody', null],
  ["'; drop table sessions; --", null],
])('behind a trusted proxy %s is the address %s', async (forwardedFor, address) => {
  expect(await recordAddress(trusting, forwardedFor)).toBe(address);
});

test('without one the header counts for nothing (ASVS 4.1.3)', async () => {
  expect(await recordAddress(direct, '192.0.2.7')).toBe('127.0.0.1');
});
