/**
 * Ten restarts of two servers behind HAProxy, one after the other, under load: how many requests fail. The servers serve
 * on for STOP_DELAY seconds after SIGTERM, in which HAProxy sees at /readyz that they go.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase, startEmbeddedPostgres } from '@docket/db';
import { signUp, startServer, waitFor } from './measured-server.ts';

const HAPROXY = '/usr/sbin/haproxy';
const RESTARTS = 10;
const STOP_DELAY = 2;
const CLIENTS = 16;
const BALANCER_PORT = 3950;
const BALANCER = `http://127.0.0.1:${BALANCER_PORT}`;
const SERVERS = [
  { name: 'one', port: 3951 },
  { name: 'two', port: 3952 },
] as const;
/** Against hanging: where a restarted server is not seen again, the bench fails. */
const RETURN_DEADLINE_MS = 30_000;

const CONFIGURATION = `
global
  maxconn 1000
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
frontend docket
  bind 127.0.0.1:${BALANCER_PORT}
  http-response set-header x-server %s
  default_backend servers
backend servers
  option httpchk GET /readyz
  default-server check inter 500ms fall 2 rise 1
${SERVERS.map(({ name, port }) => `  server ${name} 127.0.0.1:${port}`).join('\n')}
`;

const write = (line: string): void => void process.stdout.write(`${line}\n`);

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

/** One call through the balancer: its status, and the server that answered. */
const call = (token: string, body?: string): Promise<{ status: number; server: string }> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(
      `${BALANCER}/api/tasks`,
      { agent, method: body === undefined ? 'GET' : 'POST', headers },
      (response) => {
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, server: String(response.headers['x-server']) }),
        );
        response.resume();
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

if (!existsSync(HAPROXY)) {
  write(`This bench needs HAProxy at ${HAPROXY}. On Debian and Ubuntu: apt-get install haproxy`);
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'docket-bench-'));
// PostgreSQL runs as a user of its own when the bench runs as root.
await chmod(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, isDurable: false });
await migrateDatabase(database.url);
const variables = {
  DATABASE_URL: database.url,
  JWT_SECRET: randomBytes(48).toString('base64url'),
  BCRYPT_COST: '10',
  RATE_LIMITS: 'off',
  STOP_DELAY: String(STOP_DELAY),
};
const startOne = (port: number): ChildProcess => startServer('../dist/main.js', { ...variables, PORT: String(port) });

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
};

const running = SERVERS.map(({ name, port }) => ({ name, port, child: startOne(port) }));
const file = join(folder, 'haproxy.cfg');
await writeFile(file, CONFIGURATION);
let balancer: ChildProcess | undefined;
try {
  for (const { port } of running) await waitFor(`http://127.0.0.1:${port}/livez`);
  // Only when they are ready: HAProxy takes a server for well until its first check.
  balancer = spawn(HAPROXY, ['-db', '-f', file], { stdio: 'ignore' });
  await waitFor(`${BALANCER}/livez`);
  const token = await signUp(BALANCER, 'bench@example.com', 20);

  const over = new AbortController();
  let count = 0;
  const failures: string[] = [];
  const listeners = new Set<(server: string) => void>();
  const work = async (): Promise<void> => {
    while (!over.signal.aborted) {
      count += 1;
      const body = count % 4 === 0 ? JSON.stringify({ title: `Task ${count}` }) : undefined;
      try {
        const { status, server } = await call(token, body);
        if (status !== 200) failures.push(`status ${status} of ${server}`);
        for (const listener of listeners) listener(server);
      } catch (error) {
        failures.push(String(error));
      }
    }
  };
  /** Resolves when a call has come back from that server. */
  const hearOf = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`server ${name} did not come back`)), RETURN_DEADLINE_MS);
      const listener = (server: string): void => {
        if (server !== name) return;
        clearTimeout(timer);
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });

  const load = Promise.all(Array.from({ length: CLIENTS }, work));
  try {
    for (let restart = 0; restart < RESTARTS; restart += 1) {
      const server = running[restart % running.length];
      if (server === undefined) continue;
      await end(server.child);
      server.child = startOne(server.port);
      await hearOf(server.name);
      write(`restart ${restart + 1} of server ${server.name}: ${count} requests so far, ${failures.length} failed`);
    }
  } finally {
    over.abort();
    await load;
  }
  write(`${RESTARTS} restarts, ${count} requests, ${failures.length} failed`);
  for (const failure of new Set(failures)) write(`  ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  agent.destroy();
  balancer?.kill();
  await Promise.all(running.map(({ child }) => end(child)));
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
