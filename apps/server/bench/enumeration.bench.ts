/**
 * Whether the time of an answer tells if an e-mail address has an account (OWASP ASVS 5.0 6.3.8): failed logins and
 * requests for a reset link, for addresses that have one and for addresses that have none. The two take turns in an
 * order drawn anew for each pair, so that what else the machine does hits both; the medians are compared.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateDatabase, startEmbeddedPostgres } from '@docket/db';

const ACCOUNTS = 20;
const LIMIT = 1.1;
const PORT = 3943;
const URL_HERE = `http://127.0.0.1:${PORT}`;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** How long a POST takes, in milliseconds, and what it answers. */
const post = (path: string, body: object): Promise<{ milliseconds: number; status: number | undefined }> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const call = request(`${URL_HERE}${path}`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    call.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve({ milliseconds: performance.now() - startedAt, status: response.statusCode }));
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });

const expectStatus = async (path: string, body: object, status: number): Promise<number> => {
  const answer = await post(path, body);
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status} instead of ${status}`);
  return answer.milliseconds;
};

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const makeEmails = (): string[] => Array.from({ length: ACCOUNTS }, () => `${randomUUID()}@example.com`);

const startDocket = async (databaseUrl: string): Promise<ChildProcess> => {
  const docket = spawn(process.execPath, [fileURLToPath(new URL('../dist/main.js', import.meta.url))], {
    env: {
      // oxlint-disable-next-line node/no-process-env -- the server needs PATH and nothing else of it
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      JWT_SECRET: randomBytes(48).toString('base64url'),
      DATABASE_URL: databaseUrl,
      BCRYPT_COST: '10',
      // One caller asks far more often than a caller may.
      RATE_LIMITS: 'off',
      PORT: String(PORT),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(docket, 'close').then(() => {
    throw new Error('the server ended before it was ready');
  });
  await Promise.race([once(docket.stdout, 'data'), ended]);
  return docket;
};

const QUESTIONS = [
  {
    name: 'failed login',
    pairs: 250,
    ask: (email: string) => expectStatus('/auth/login', { email, password: 'not the right horse' }, 401),
  },
  {
    name: 'reset request',
    pairs: 1_000,
    ask: (email: string) => expectStatus('/api/auth/request-password-reset', { email }, 200),
  },
];

const folder = await mkdtemp(join(tmpdir(), 'docket-bench-'));
// PostgreSQL runs as a user of its own when the bench runs as root.
await chmod(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, isDurable: false });
await migrateDatabase(database.url);
const docket = await startDocket(database.url);
try {
  const [known, unknown] = [makeEmails(), makeEmails()];
  for (const email of known) await expectStatus('/auth/signup', { email, password: `unlikely ${randomUUID()}` }, 200);
  for (const { name, pairs, ask } of QUESTIONS) {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let pair = -20; pair < pairs; pair += 1) {
      const turn = [
        { to: times.known, email: known[Math.abs(pair) % ACCOUNTS] ?? '' },
        { to: times.unknown, email: unknown[Math.abs(pair) % ACCOUNTS] ?? '' },
      ];
      if (Math.random() < 0.5) turn.reverse();
      for (const { to, email } of turn) {
        const milliseconds = await ask(email);
        // The first pairs warm up what is compiled, connected and prepared.
        if (pair >= 0) to.push(milliseconds);
      }
    }
    const [withAccount, without] = [median(times.known), median(times.unknown)];
    const ratio = Math.max(withAccount, without) / Math.min(withAccount, without);
    process.stdout.write(
      `${name.padEnd(14)} ${withAccount.toFixed(2)} ms with an account, ${without.toFixed(2)} ms without: ` +
        `${ratio.toFixed(3)} times; the limit is ${LIMIT}\n`,
    );
    if (!(ratio <= LIMIT)) process.exitCode = 1;
  }
} finally {
  agent.destroy();
  docket.kill();
  await once(docket, 'close');
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
