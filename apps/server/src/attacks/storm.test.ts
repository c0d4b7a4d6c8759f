import { randomBytes, randomUUID } from 'node:crypto';
import { makeMailedLink } from '@docket/api/testing';
import { users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  callRest,
  callTrpc,
  createWireClient,
  type DatabaseProxy,
  exchange,
  listCallableProcedures,
  makePassword,
  NAUGHTY_STRINGS,
  NO_JSON,
  readCookiePair,
  readStanding,
  readStatus,
  refresh,
  type ServerProcess,
  signIn,
  signUp,
  spawnServer,
  startDatabaseProxy,
  type WireAccount,
  type WireClient,
  writeRequest,
} from '../testing/index.ts';

const SEED = 20_261_121;
const WAVES = 12;
const CALLS_A_WAVE = 30;

/** The same numbers for the same seed, from 0 up to 1 (mulberry32). */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
const random = createRandom(SEED);
const pick = <Value>(values: readonly Value[]): Value => {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
};

const secret = randomBytes(48).toString('base64url');
const previousSecret = randomBytes(48).toString('base64url');
const smtpPassword = randomBytes(18).toString('base64url');
/** Whatever must not be in the output. */
const secrets = new Set([secret, previousSecret, smtpPassword]);
const statuses: number[] = [];

let database: TestDatabase;
let proxy: DatabaseProxy;
let server: ServerProcess;
let client: WireClient;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startDatabaseProxy(database.url);
  server = spawnServer({
    DATABASE_URL: proxy.url,
    JWT_SECRET: secret,
    JWT_SECRET_PREVIOUS: previousSecret,
    // Nobody listens there: every mail fails, and the failure is logged.
    SMTP_URL: `smtp://mailer:${smtpPassword}@127.0.0.1:9`,
    MAIL_FROM: 'docket@example.com',
    TRUST_PROXY: 'loopback',
    LOG_LEVEL: 'trace',
  });
  client = createWireClient(await server.waitUntilReady());
});
afterAll(async () => {
  server.child.kill();
  await server.ended;
  await proxy.close();
  await database.close();
});

const note = (answer: Answer): Answer => {
  statuses.push(answer.status);
  // In a batch each call has a fate of its own.
  if (answer.text.includes('"INTERNAL_SERVER_ERROR"')) statuses.push(500);
  const { access_token: token } = Object(answer.body);
  if (typeof token === 'string') secrets.add(token);
  const [, value] = readCookiePair(answer).split('=');
  if (value !== undefined && value !== '') secrets.add(value);
  return answer;
};

const makeSecretPassword = (): string => {
  const password = makePassword();
  secrets.add(password);
  return password;
};

const makeHeaders = (): Record<string, string> => ({
  'x-forwarded-for': `198.${Array.from({ length: 3 }, () => Math.floor(random() * 256)).join('.')}`,
  ...(random() < 0.3 ? { origin: pick(['null', 'https://evil.example', `http://127.0.0.1:${client.port}`]) } : {}),
  ...(random() < 0.2 ? { accept: pick(['application/jsonl', 'text/event-stream', '*/*;q=0']) } : {}),
  ...(random() < 0.1 ? { 'user-agent': 'x'.repeat(5_000) } : {}),
});

const forge = (token: string): string => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return pick([
    token.slice(0, -1),
    `${header}.${payload}.`,
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
    `${header}.${payload}.${signature.split('').toReversed().join('')}`,
    `${token}${token}`,
    Buffer.from(pick(NAUGHTY_STRINGS)).toString('base64url'),
  ]);
};

const procedures = listCallableProcedures();
const writeHostile = (): string =>
  pick([
    () => JSON.stringify(pick(NAUGHTY_STRINGS)),
    () => '"\\u0000"',
    () => '"\\ud800"',
    () => 'null',
    () => '1e400',
    () => '{"__proto__":{"polluted":true}}',
    () => '['.repeat(500) + ']'.repeat(500),
    () => JSON.stringify('x'.repeat(12_000)),
  ])();

/** The kinds of the other files, each as one call. */
const KINDS: ((account: WireAccount) => Promise<unknown>)[] = [
  (account) => {
    const procedure = pick(procedures.filter(({ name }) => name !== 'account.delete'));
    const input = Object.entries(procedure.makeInput()).map(([name, value]) => [name, JSON.stringify(value)]);
    const json = `{${input.map(([name, value]) => `"${name}":${random() < 0.4 ? writeHostile() : value}`).join(',')}}`;
    const token = random() < 0.7 ? account.token : forge(account.token);
    const call = random() < 0.5 ? callTrpc : callRest;
    return call(client, procedure, { json, token, headers: makeHeaders() }).then(note);
  },
  ({ email }) =>
    client.send('/auth/login', { email, password: makeSecretPassword() }, { headers: makeHeaders() }).then(note),
  ({ email, password }) => client.send('/auth/login', { email, password }, { headers: makeHeaders() }).then(note),
  ({ email, password }) => {
    const body = { 0: { email, password }, 1: { email, password: makeSecretPassword() } };
    return client.send('/trpc/auth.login,auth.login?batch=1', body, { headers: makeHeaders() }).then(note);
  },
  ({ email }) => client.send('/api/auth/request-password-reset', { email }, { headers: makeHeaders() }).then(note),
  ({ cookie }) => refresh(client, cookie).then(note),
  ({ cookie }) =>
    client.request('/trpc/auth.refresh', { method: 'POST', headers: { ...makeHeaders(), cookie } }).then(note),
  ({ token }) => client.request(`/api/auth/me?access_token=${token}&x=${randomUUID()}`).then(note),
  ({ token }) => client.send('/api/tasks', `{"title":${writeHostile()},"password":"x"}`, { token }).then(note),
  async ({ token }) => {
    const body = pick(NO_JSON).toString('latin1');
    const head = ['Connection: close', 'Content-Type: application/json', `Authorization: Bearer ${token}`];
    const length = `Content-Length: ${body.length}`;
    statuses.push(readStatus(await exchange(client.port, writeRequest('POST /api/tasks', [...head, length], body))));
  },
  async ({ cookie }) => {
    const line = pick(['GET /trpc/%', 'POST /trpc/auth.refresh?batch=1', 'GET /api/%E0%A4%A', 'BREW /', 'GET /..%2f']);
    statuses.push(
      readStatus(await exchange(client.port, writeRequest(line, ['Connection: close', `Cookie: ${cookie}`]))),
    );
  },
];

/** A link that is used, and one that is not ours. */
const useLinks = async (account: WireAccount): Promise<void> => {
  const [user] = await database.db
    .select()
    .from(users)
    .where(sql`email = ${account.email}`);
  const link = { purpose: 'password-reset', userId: user?.id ?? '', email: account.email } as const;
  for (const each of [secret, randomBytes(48).toString('base64url')]) {
    const token = await makeMailedLink({ db: database.db, secret: each }, link);
    secrets.add(token);
    const newPassword = makeSecretPassword();
    const headers = makeHeaders();
    note(await client.send('/api/auth/reset-password', { token, newPassword }, { headers }));
    note(await client.send('/api/account/confirm-email', { token }, { headers }));
    if (each === secret)
      note(await client.send('/auth/login', { email: account.email, password: newPassword }, { headers }));
  }
};

/** As a restart of PostgreSQL does: 57P01 to whoever waits for an answer. */
const endConnections = () =>
  database.db.execute(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);

test(`a storm of attacks with the database away now and then fails nothing and tells no secret (seed ${SEED})`, async () => {
  const accounts: WireAccount[] = [];
  for (let count = 0; count < 4; count += 1) accounts.push(await signUp(client, makeSecretPassword()));
  for (const { token, cookie } of accounts) secrets.add(token).add(cookie.split('=')[1] ?? '');
  for (let wave = 0; wave < WAVES; wave += 1) {
    const isAway = wave % 4 === 2;
    const calls = Array.from({ length: CALLS_A_WAVE }, () => pick(KINDS)(pick(accounts)));
    if (isAway) await proxy.cut();
    else if (wave % 4 === 0) await endConnections();
    await Promise.all(calls);
    if (isAway) await proxy.restore();
  }
  await useLinks(accounts[0] ?? (await signUp(client)));
  for (const { hashedPassword } of await database.db.select().from(users)) secrets.add(hashedPassword);

  // It still serves, and everything it was asked has been answered.
  expect((await client.request('/livez')).status).toBe(200);
  await expect.poll(async () => (await client.request('/readyz')).status).toBe(200);
  const account = await signUp(client, makeSecretPassword());
  expect(await readStanding(client, (await signIn(client, account)).token)).toBe(200);
  expect(server.child.exitCode).toBeNull();

  const wrong = statuses.filter((status) => !(status >= 200 && status < 500) && status !== 503);
  expect(wrong).toEqual([]);
  expect(new Set(statuses)).toEqual(new Set([...statuses, 200, 400, 401, 503]));

  const last = await client.request('/api/auth/me');
  await server.waitFor(new RegExp(`"requestId":"${last.headers.get('x-request-id')}".*"msg":"request"`));
  const output = server.readOutput();
  // The log was on: what it does not hold it did not keep to itself by being silent.
  expect(output).toContain('mail could not be sent');
  expect(output.match(/"msg":"request"/g)?.length).toBeGreaterThan(WAVES * CALLS_A_WAVE);
  expect([...secrets].filter((each) => output.includes(each))).toEqual([]);
  expect(output).not.toMatch(/\$2[aby]\$|hmac-sha384|eyJ[\w-]+\.|#token=|Failed query|insert into|"level":60/);
});

test('asked to stop, it ends in order', async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0 });
});
