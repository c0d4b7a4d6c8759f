/**
 * CPU time of the server process for one `tasks.list` of 20 of 200 tasks, against the same endpoint written by hand.
 * Rounds alternate between the two, so that what else the machine does hits both; the medians are compared.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateDatabase, startEmbeddedPostgres } from '@docket/db';
import { z } from 'zod';

const ROUNDS = 15;
const REQUESTS_A_ROUND = 1_500;
const CONCURRENCY = 8;
const LIMIT = 1.5;
const SECRET = randomBytes(48).toString('base64url');

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

const fetchText = (url: string, token: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    }).on('error', reject);
  });

const fileHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const startServer = (entry: string, variables: Record<string, string>): ChildProcess =>
  spawn(
    process.execPath,
    ['--conditions=default', '--import', 'tsx', '--import', fileHere('./report-cpu.ts'), fileHere(entry)],
    {
      // oxlint-disable-next-line node/no-process-env -- the servers need PATH and nothing else of it
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', LOG_LEVEL: 'warn', JWT_SECRET: SECRET, ...variables },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );

const readCpu = async (server: ChildProcess): Promise<number> => {
  const answer = once(server, 'message');
  server.send('cpu');
  return z
    .tuple([z.number()])
    .rest(z.unknown())
    .parse(await answer)[0];
};

const measureRound = async (server: ChildProcess, url: string, token: string): Promise<number> => {
  const before = await readCpu(server);
  let left = REQUESTS_A_ROUND;
  const work = async (): Promise<void> => {
    while (left-- > 0) await fetchText(url, token);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return ((await readCpu(server)) - before) / REQUESTS_A_ROUND;
};

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const waitFor = async (url: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`${url} does not answer`);
};

const post = async (url: string, body: unknown, token = ''): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};

const folder = await mkdtemp(join(tmpdir(), 'docket-bench-'));
// PostgreSQL runs as a user of its own when the bench runs as root.
await chmod(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, isDurable: false });
await migrateDatabase(database.url);
// One user calls far more often than a user may.
const variables = { DATABASE_URL: database.url, BCRYPT_COST: '10', RATE_LIMITS: 'off' };
const docket = startServer('../dist/main.js', { ...variables, PORT: '3941' });
const byHand = startServer('./by-hand-server.ts', { ...variables, PORT: '3942' });
try {
  await Promise.all([waitFor('http://127.0.0.1:3941/livez'), waitFor('http://127.0.0.1:3942/')]);
  const { access_token: token } = z
    .object({ access_token: z.string() })
    .parse(await post('http://127.0.0.1:3941/auth/signup', { email: 'bench@example.com', password: 'correct horse' }));
  for (let index = 0; index < 200; index += 1) {
    await post('http://127.0.0.1:3941/api/tasks', { title: `Task ${index}`, description: 'A line of text.' }, token);
  }
  const input = encodeURIComponent(JSON.stringify({ limit: 20 }));
  const contestants = [
    { name: 'by hand', server: byHand, url: 'http://127.0.0.1:3942/tasks?limit=20', rounds: [] as number[] },
    {
      name: 'Docket',
      server: docket,
      url: `http://127.0.0.1:3941/trpc/tasks.list?input=${input}`,
      rounds: [] as number[],
    },
    { name: 'Docket REST', server: docket, url: 'http://127.0.0.1:3941/api/tasks?limit=20', rounds: [] as number[] },
  ];
  for (const { server, url } of contestants) await measureRound(server, url, token);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contestant of contestants) {
      contestant.rounds.push(await measureRound(contestant.server, contestant.url, token));
    }
  }
  const yardstick = median(contestants[0]?.rounds ?? []);
  for (const { name, rounds } of contestants) {
    const cost = median(rounds);
    process.stdout.write(
      `${name.padEnd(12)} ${cost.toFixed(0).padStart(5)} µs a request, ${(cost / yardstick).toFixed(2)} times by hand\n`,
    );
  }
  const ratio = median(contestants[1]?.rounds ?? []) / yardstick;
  process.stdout.write(`tasks.list costs ${ratio.toFixed(2)} times what it costs by hand; the limit is ${LIMIT}\n`);
  if (ratio > LIMIT) process.exitCode = 1;
} finally {
  agent.destroy();
  docket.kill();
  byHand.kill();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
