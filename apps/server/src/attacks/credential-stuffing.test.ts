import { randomUUID } from 'node:crypto';
import { createEmailDigest } from '@docket/auth';
import { auditEvents } from '@docket/db';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  createWireClient,
  makePassword,
  signIn,
  signUp,
  startTestServer,
  type TestServer,
  type WireClient,
} from '../testing/index.ts';

/** Other numbers than the defaults, where those would take many calls; `loginPair` and the resets keep theirs. */
const RATE_LIMITS = 'loginEmail=20/3600,loginAddress=15/3600,signup=12/3600,refresh=8/60,writes=9/60,reads=11/60';
const variables = { RATE_LIMITS, TRUST_PROXY: 'loopback' };

/** Another server on the same database, with the same secret. */
const startBeside = ({ database, secret }: TestServer): Promise<TestServer> =>
  startTestServer({ variables: { ...variables, DATABASE_URL: database.url, JWT_SECRET: secret } });

let server: TestServer;
let direct: TestServer;
let here: WireClient;
let other: TestServer;
let there: WireClient;
beforeAll(async () => {
  server = await startTestServer({ variables });
  here = createWireClient(server.port);
  other = await startBeside(server);
  there = createWireClient(other.port);
  direct = await startTestServer({ variables: { RATE_LIMITS } });
});
afterAll(async () => {
  await other.stop();
  await direct.stop();
  await server.stop();
});

const makeEmail = (): string => `${randomUUID()}@example.com`;
/** An address that nobody has called from yet. */
const makeAddress = (): string => `198.${Array.from(crypto.getRandomValues(new Uint8Array(3))).join('.')}`;
const from = (address: string): { headers: Record<string, string> } => ({ headers: { 'x-forwarded-for': address } });

const guess = (client: Pick<WireClient, 'send'>, email: string, address: string): Promise<Answer> =>
  client.send('/auth/login', { email, password: 'wrong horse' }, from(address));

/** How often each status was answered to calls over both servers at the same instant. */
const storm = async (call: (client: WireClient) => Promise<Answer>, count = 60): Promise<Record<number, number>> => {
  const clients = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? here : there));
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(clients.map(call))) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const signUpFrom = (client: WireClient) =>
  signUp({ send: (path, body) => client.send(path, body, from(makeAddress())) });

type Call = (client: WireClient) => Promise<Answer>;

/** What is limited, how many pass, and their status. */
const LIMITS: [string, number, number, () => Call | Promise<Call>][] = [
  [
    'failed logins of one address for one account',
    10,
    401,
    async () => {
      const [{ email }, address] = [await signUpFrom(here), makeAddress()];
      return (client) => guess(client, email, address);
    },
  ],
  [
    'failed logins of one address for many accounts',
    15,
    401,
    () => {
      const address = makeAddress();
      return (client) => guess(client, makeEmail(), address);
    },
  ],
  [
    'failed logins of many addresses for one account',
    20,
    401,
    async () => {
      const { email } = await signUpFrom(there);
      return (client) => guess(client, email, makeAddress());
    },
  ],
  [
    'signups of one address',
    12,
    200,
    () => {
      const address = makeAddress();
      return (client) => client.send('/auth/signup', { email: makeEmail(), password: makePassword() }, from(address));
    },
  ],
];

/** The same of what hashes no password, so that storms of them have no queue to share. */
const OTHER_LIMITS: typeof LIMITS = [
  [
    'reset links of one address',
    10,
    200,
    () => {
      const address = makeAddress();
      return (client) => client.send('/api/auth/request-password-reset', { email: makeEmail() }, from(address));
    },
  ],
  [
    'refreshes of one session',
    8,
    200,
    async () => {
      const { cookie } = await signUpFrom(here);
      return (client) => client.send('/api/auth/refresh', {}, { headers: { ...client.ownPage, cookie } });
    },
  ],
  [
    'writes of one user',
    9,
    200,
    async () => {
      const { token } = await signUpFrom(here);
      return (client) => client.send('/api/tasks', { title: 'Again' }, { token });
    },
  ],
  [
    'reads of one user',
    11,
    200,
    async () => {
      const { token } = await signUpFrom(here);
      return (client) => client.request('/api/tasks', { token });
    },
  ],
];

const expectLimit = async (limit: (typeof LIMITS)[number]): Promise<void> => {
  const [, passing, status, prepare] = limit;
  expect(await storm(await prepare())).toEqual({ [status]: passing, 429: 60 - passing });
};

const TITLE = 'of sixty %s at the same instant over two servers, %i pass (ASVS 2.4.1, 6.3.1)';
test.each(LIMITS)(TITLE, (...limit) => expectLimit(limit));
test.concurrent.each(OTHER_LIMITS)(TITLE, (...limit) => expectLimit(limit));

const expectRefused = (answer: Answer): number => {
  const seconds = Number(answer.headers.get('retry-after'));
  expect([answer.status, Number.isInteger(seconds), seconds > 0, seconds <= 3_600]).toEqual([429, true, true, true]);
  expect(answer.body).toMatchObject({ code: 'TOO_MANY_REQUESTS', data: { retryAfterSeconds: seconds } });
  return seconds;
};

/** The whole answer but for what differs by time. */
const readBytes = ({ status, text, headers }: Answer): unknown => ({
  status,
  text: text.replaceAll(/\d+(?= second|\})/g, '#'),
  headers: [...headers.keys()].toSorted(),
});

describe('what is refused', () => {
  const about = (address: string) => ({ headers: { ...from(address).headers, 'x-request-id': 'the-same-request' } });
  const sendLogin = (client: WireClient, email: string, address: string) =>
    client.send('/auth/login', { email, password: 'wrong' }, about(address));

  test.each<[string, (client: WireClient, email: string, address: string) => Promise<Answer>]>([
    ['a login from one address', sendLogin],
    ['a login from many', (client, email) => sendLogin(client, email, makeAddress())],
    [
      'a request for a reset link',
      (client, email, address) => client.send('/api/auth/request-password-reset', { email }, about(address)),
    ],
  ])('%s says when to come back, alike for an account and for nobody`s (ASVS 6.3.8)', async (_, ask) => {
    const { email } = await signUpFrom(here);
    const [known, unknown] = await Promise.all(
      [email, makeEmail()].map(async (each) => {
        const address = makeAddress();
        const clients = Array.from({ length: 30 }, (_each, index) => (index % 2 === 0 ? here : there));
        const answers = await Promise.all(clients.map((client) => ask(client, each, address)));
        const refused = answers.filter(({ status }) => status === 429);
        for (const answer of refused) expectRefused(answer);
        return {
          passed: answers.length - refused.length,
          bytes: [...new Set(refused.map((answer) => JSON.stringify(readBytes(answer))))],
        };
      }),
    );
    expect(known).toEqual(unknown);
    expect(known?.bytes).toHaveLength(1);
  });

  test('is a login with the right password, too, from where the wrong ones came', async () => {
    const [{ email, password }, address] = [await signUpFrom(here), makeAddress()];
    expect(await storm((client) => guess(client, email, address), 10)).toEqual({ 401: 10 });
    const clients = [here, there];
    const answers = clients.map((client) => client.send('/auth/login', { email, password }, from(address)));
    for (const answer of await Promise.all(answers)) expectRefused(answer);
  });
});

test('of sixty requests for one mailbox at the same instant none is refused and one is mailed, also for nobody`s', async () => {
  for (const email of [(await signUpFrom(here)).email, makeEmail()]) {
    const ask = (client: WireClient) => client.send('/api/auth/request-password-reset', { email }, from(makeAddress()));
    expect(await storm(ask)).toEqual({ 200: 60 });
    // The mail itself is gone by now where there is no account.
    const mailed = and(
      eq(auditEvents.kind, 'password-reset-requested'),
      eq(auditEvents.emailDigest, createEmailDigest({ secret: server.secret })(email)),
    );
    expect(await server.database.db.$count(auditEvents, mailed)).toBe(1);
  }
});

describe('the limits are not got around', () => {
  test('by batches', async () => {
    const [email, address] = [makeEmail(), makeAddress()];
    const names = Array.from({ length: 10 }, () => 'auth.login').join(',');
    const body = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, { email, password: 'wrong' }]));
    const answers = await Promise.all(
      [here, there, here].map((client) => client.send(`/trpc/${names}?batch=1`, body, from(address))),
    );
    const codes = answers.flatMap(({ text }) => [...text.matchAll(/"code":"([A-Z_]+)"/g)].map((match) => match[1]));
    expect(codes.filter((code) => code === 'UNAUTHORIZED')).toHaveLength(10);
    expect(codes.filter((code) => code === 'TOO_MANY_REQUESTS')).toHaveLength(20);
    expect(Math.max(...answers.map(({ headers }) => Number(headers.get('retry-after'))))).toBeGreaterThan(0);
  });

  test('by what is put ahead of the address that the proxy adds, or by writing that one as IPv6', async () => {
    const address = makeAddress();
    expect(await storm((client) => guess(client, makeEmail(), address), 15)).toEqual({ 401: 15 });
    let turn = 0;
    const writings = [`${makeAddress()}, ${makeAddress()}, ${address}`, `unknown, x, ${address}`, `::ffff:${address}`];
    const call: Call = (client) => guess(client, makeEmail(), writings[(turn += 1) % writings.length] ?? '');
    expect(await storm(call, 24)).toEqual({ 429: 24 });
  });

  test('by the addresses of one IPv6 network', async () => {
    const network = `2001:db8:${makeAddress().replaceAll('.', ':')}`.split(':').slice(0, 4).join(':');
    const host = (): string =>
      Array.from(crypto.getRandomValues(new Uint16Array(4)), (part) => part.toString(16)).join(':');
    expect(await storm((client) => guess(client, makeEmail(), `${network}:${host()}`), 40)).toEqual({
      401: 15,
      429: 25,
    });
  });

  // At once, because together they wait for fewer passwords than one process queues.
  test.concurrent('by other spellings of an e-mail address', async () => {
    const [email, address] = [makeEmail(), makeAddress()];
    const spellings = [email, email.toUpperCase(), ` ${email}`, `${email}\t\n`, email.replace('example', 'EXAMPLE')];
    let turn = 0;
    expect(
      await storm((client) => guess(client, spellings[(turn += 1) % spellings.length] ?? email, address), 25),
    ).toEqual({
      401: 10,
      429: 15,
    });
  });

  test.concurrent('by another way to the same procedure', async () => {
    const [email, address] = [makeEmail(), makeAddress()];
    const paths = ['/auth/login', '/api/auth/login', '/trpc/auth.login'];
    let turn = 0;
    const call: Call = (client) =>
      client.send(paths[(turn += 1) % paths.length] ?? '', { email, password: 'wrong' }, from(address));
    expect(await storm(call, 24)).toEqual({ 401: 10, 429: 14 });
  });

  test.concurrent('by signing in to an account of one`s own in between', async () => {
    const [mine, address] = [await signUpFrom(here), makeAddress()];
    for (let turn = 0; turn < 15; turn += 1) {
      expect((await guess(turn % 2 === 0 ? here : there, makeEmail(), address)).status).toBe(401);
      if (turn % 5 === 0) await signIn({ send: (path, body) => there.send(path, body, from(address)) }, mine);
    }
    expect(await storm((client) => guess(client, makeEmail(), address), 4)).toEqual({ 429: 4 });
  });

  test.concurrent('by addresses that a caller gives itself, where no proxy is trusted', async () => {
    const names = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip'];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const name = names[index % names.length] ?? '';
        const value = name === 'forwarded' ? `for=${makeAddress()}` : makeAddress();
        return direct.send('/auth/login', { email: makeEmail(), password: 'wrong' }, { headers: { [name]: value } });
      }),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(15);
  });

  test.concurrent('by a restart of the server', async () => {
    const [email, address] = [makeEmail(), makeAddress()];
    const guesses = (target: TestServer, count: number) =>
      Promise.all(Array.from({ length: count }, () => guess(target, email, address)));
    const first = await startBeside(server);
    expect((await guesses(first, 10)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 401));
    await first.stop();
    const second = await startBeside(server);
    expect(new Set((await guesses(second, 12)).map(({ status }) => status))).toEqual(new Set([429]));
    await second.stop();
  });
});
