/**
 * CPU time of the server process for one `tasks.list` of 20 of 200 tasks, against the same endpoint written by hand.
 * Rounds alternate between the two, so that what else the machine does hits both; the medians are compared.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase, startEmbeddedPostgres } from '@docket/db';
import { agent, LIST_INPUT, measureRound, median, signUp, startServer, waitFor } from './measured-server.ts';

const ROUNDS = 15;
const LIMIT = 1.5;

const folder = await mkdtemp(join(tmpdir(), 'docket-bench-'));
// PostgreSQL runs as a user of its own when the bench runs as root.
await chmod(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, isDurable: false });
await migrateDatabase(database.url);
// One user calls far more often than a user may.
const JWT_SECRET = randomBytes(48).toString('base64url');
const variables = { DATABASE_URL: database.url, JWT_SECRET, BCRYPT_COST: '10', RATE_LIMITS: 'off' };
const docket = startServer('../dist/main.js', { ...variables, PORT: '3941' });
const byHand = startServer('./by-hand-server.ts', { ...variables, PORT: '3942' });
try {
  await Promise.all([waitFor('http://127.0.0.1:3941/livez'), waitFor('http://127.0.0.1:3942/')]);
  const token = await signUp('http://127.0.0.1:3941', 'bench@example.com', 200);
  const contestants = [
    { name: 'by hand', server: byHand, url: 'http://127.0.0.1:3942/tasks?limit=20', rounds: [] as number[] },
    {
      name: 'Docket',
      server: docket,
      url: `http://127.0.0.1:3941/trpc/tasks.list?input=${LIST_INPUT}`,
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
