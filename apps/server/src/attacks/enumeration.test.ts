import { randomUUID } from 'node:crypto';
import { auditEvents } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  makePassword,
  signUp,
  startTestServer,
  type TestServer,
  type WireAccount,
} from '../testing/index.ts';

let server: TestServer;
let account: WireAccount;
let nobody: string;
beforeAll(async () => {
  server = await startTestServer();
  account = await signUp(server);
  // As long as the other one: a length is no hint of ours.
  nobody = `${randomUUID()}@example.com`;
});
afterAll(() => server.stop());

const send = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  server.send(path, body, { headers: { 'x-request-id': 'the-same-request', ...headers } });

/** Everything that a caller can see but the clock. */
const readBytes = ({ status, text, headers }: Answer): unknown => ({
  status,
  text,
  headers: [...headers].filter(([name]) => name !== 'date'),
});

const LONG = `${makePassword()} ${'long '.repeat(20)}`;

const QUESTIONS: [string, (email: string) => [string, unknown, Record<string, string>?]][] = [
  ['a login', (email) => ['/auth/login', { email, password: 'wrong horse' }]],
  ['a login over REST', (email) => ['/api/auth/login', { email, password: 'wrong horse' }]],
  ['a login over tRPC', (email) => ['/trpc/auth.login', { email, password: 'wrong horse' }]],
  ['a login in a batch', (email) => ['/trpc/auth.login?batch=1', { 0: { email, password: 'wrong horse' } }]],
  ['a login with a long password', (email) => ['/auth/login', { email, password: LONG }]],
  ['a login with an empty password', (email) => ['/auth/login', { email, password: '' }]],
  ['a login with a field too many', (email) => ['/auth/login', { email, password: 'wrong horse', x: 1 }]],
  [
    'a login with a stranger`s cookie',
    (email) => ['/auth/login', { email, password: 'x' }, { cookie: 'docket-refresh=x' }],
  ],
  ['a reset link over REST', (email) => ['/api/auth/request-password-reset', { email }]],
  ['a reset link over tRPC', (email) => ['/trpc/auth.requestPasswordReset', { email }]],
  [
    'a reset link in other letters',
    (email) => ['/api/auth/request-password-reset', { email: ` ${email.toUpperCase()}` }],
  ],
];

test.each(QUESTIONS)('%s answers the same bytes for an account and for nobody`s (ASVS 6.3.8)', async (_, ask) => {
  expect(readBytes(await send(...ask(account.email)))).toEqual(readBytes(await send(...ask(nobody))));
});

test('an account whose password is digested first answers as any other (ASVS 6.3.8)', async () => {
  const digested = await signUp(server, LONG);
  for (const password of ['short horse', `${LONG}x`]) {
    const known = await send('/auth/login', { email: digested.email, password });
    const unknown = await send('/auth/login', { email: nobody, password });
    expect(readBytes(known)).toEqual(readBytes(unknown));
  }
});

test('a request for a link does the same work for both: both are recorded', async () => {
  const { db } = server.database;
  const requested = eq(auditEvents.kind, 'password-reset-requested');
  for (const email of [account.email, nobody]) {
    const before = await db.$count(auditEvents, requested);
    await send('/api/auth/request-password-reset', { email });
    expect((await db.$count(auditEvents, requested)) - before).toBe(1);
  }
});

test('a change to an address that is taken answers as one to a free one (ASVS 6.3.8)', async () => {
  const { token, password } = await signUp(server);
  const change = (newEmail: string) =>
    send('/api/account/change-email', { newEmail, currentPassword: password }, { authorization: `Bearer ${token}` });
  expect(readBytes(await change(account.email))).toEqual(readBytes(await change(nobody)));
});
