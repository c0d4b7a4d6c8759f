/**
 * What 2,000 open streams cost one server process: the memory of each, and the CPU time of `tasks.list` beside them,
 * their own looks at the database included, against the same calls without them.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase, startEmbeddedPostgres } from '@docket/db';
import {
  agent,
  LIST_INPUT,
  measureRound,
  median,
  readCpu,
  readMemory,
  signUp,
  startServer,
  waitFor,
} from './measured-server.ts';

const USERS = 100;
const STREAMS_A_USER = 20;
const STREAMS = USERS * STREAMS_A_USER;
const ROUNDS = 5;
const LIMIT = 1.2;
const ORIGIN = 'http://127.0.0.1:3943';

const write = (line: string): void => void process.stdout.write(`${line}\n`);

/** Resolves with the stream once its first event has come. */
const openStream = (token: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    get(`${ORIGIN}/trpc/sync.changes`, { agent: false, headers }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (text.includes('serialized-error')) reject(new Error(text));
        if (text.includes('id: 0')) resolve(response);
      });
      response.on('error', () => {});
    }).on('error', reject);
  });

const folder = await mkdtemp(join(tmpdir(), 'docket-bench-'));
// PostgreSQL runs as a user of its own when the bench runs as root.
await chmod(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, isDurable: false });
await migrateDatabase(database.url);
const server = startServer('../dist/main.js', {
  DATABASE_URL: database.url,
  JWT_SECRET: randomBytes(48).toString('base64url'),
  BCRYPT_COST: '10',
  RATE_LIMITS: 'off',
  PORT: '3943',
});
server.once('exit', (code, signal) => write(`the server ended: ${code ?? signal}`));
try {
  await waitFor(`${ORIGIN}/livez`);
  const token = await signUp(ORIGIN, 'bench@example.com', 200);
  const followers: string[] = [];
  for (let index = 0; index < USERS; index += 1) followers.push(await signUp(ORIGIN, `user-${index}@example.com`));
  const url = `${ORIGIN}/trpc/tasks.list?input=${LIST_INPUT}`;
  const measure = async (): Promise<number[]> => {
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound(server, url, token));
    return rounds;
  };
  await measure();

  const without = await measure();
  const before = await readMemory(server);
  const streams: IncomingMessage[] = [];
  for (const follower of followers) {
    streams.push(...(await Promise.all(Array.from({ length: STREAMS_A_USER }, () => openStream(follower)))));
  }
  const after = await readMemory(server);
  write(`${STREAMS} streams hold ${((after - before) / STREAMS / 1024).toFixed(1)} KiB each`);

  const beside = await measure();
  const idle = await readCpu(server);
  const seconds = 10;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const idleShare = ((await readCpu(server)) - idle) / (seconds * 1_000_000);
  write(`with nothing to do they use ${(idleShare * 100).toFixed(1)} % of a core`);
  for (const stream of streams) stream.destroy();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  without.push(...(await measure()));

  const ratio = median(beside) / median(without);
  write(`tasks.list: ${median(without).toFixed(0)} µs a request alone, ${median(beside).toFixed(0)} µs beside them`);
  write(`that is ${ratio.toFixed(2)} times; the limit is ${LIMIT}`);
  if (ratio > LIMIT) process.exitCode = 1;
} finally {
  agent.destroy();
  const ended = once(server, 'exit');
  server.kill();
  await ended;
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
