/** What the benches share: a server whose CPU time and memory are read, and requests that keep it busy. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const REQUESTS_A_ROUND = 1_500;
const CONCURRENCY = 8;

export const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

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

export const startServer = (entry: string, variables: Record<string, string>): ChildProcess =>
  spawn(
    process.execPath,
    ['--expose-gc', '--conditions=default', '--import=tsx', `--import=${fileHere('./report-use.ts')}`, fileHere(entry)],
    {
      // oxlint-disable-next-line node/no-process-env -- the servers need PATH and nothing else of it
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', LOG_LEVEL: 'warn', ...variables },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );

const Use = z.tuple([z.number()]).rest(z.unknown());

const ask = async (server: ChildProcess, wish: 'cpu' | 'memory'): Promise<number> => {
  const answer = once(server, 'message');
  server.send(wish);
  return Use.parse(await answer)[0];
};

/** The CPU time that the server has used, in microseconds. */
export const readCpu = (server: ChildProcess): Promise<number> => ask(server, 'cpu');

/** The bytes that the server holds once it has cleared up. */
export const readMemory = (server: ChildProcess): Promise<number> => ask(server, 'memory');

/** Microseconds of CPU a request. */
export const measureRound = async (server: ChildProcess, url: string, token: string): Promise<number> => {
  const before = await readCpu(server);
  let left = REQUESTS_A_ROUND;
  const work = async (): Promise<void> => {
    while (left-- > 0) await fetchText(url, token);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return ((await readCpu(server)) - before) / REQUESTS_A_ROUND;
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export const waitFor = async (url: string): Promise<void> => {
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

/** A new account with so many tasks; answers its token. */
export const signUp = async (origin: string, email: string, taskCount = 0): Promise<string> => {
  const { access_token: token } = z
    .object({ access_token: z.string() })
    .parse(await post(`${origin}/auth/signup`, { email, password: 'lamps under seven bridges' }));
  for (let index = 0; index < taskCount; index += 1) {
    await post(`${origin}/api/tasks`, { title: `Task ${index}`, description: 'A line of text.' }, token);
  }
  return token;
};

export const LIST_INPUT = encodeURIComponent(JSON.stringify({ limit: 20 }));
