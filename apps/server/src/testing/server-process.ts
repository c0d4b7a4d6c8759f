import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const READY = /^Docket is ready at http:\/\/localhost:(\d+)$/m;

export interface ServerProcess {
  child: ChildProcess;
  /** All that it has written so far, to standard output and standard error. */
  readOutput(): string;
  /** Resolves when the output matches; fails when the process ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  waitUntilReady(): Promise<number>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts what `pnpm start` runs, as it was built last, as a process of its own with these variables and no others. */
export const spawnServer = (variables: NodeJS.ProcessEnv): ServerProcess => {
  const child = spawn(process.execPath, ['apps/server/dist/main.js'], {
    cwd: ROOT,
    env: { PORT: '0', BCRYPT_COST: '4', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const waitFor: ServerProcess['waitFor'] = (pattern) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output);
        if (match !== null) resolve(match);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`the server ended without ${pattern}:\n${output}`)));
      look();
    });
  return {
    child,
    readOutput: () => output,
    waitFor,
    waitUntilReady: async () => Number((await waitFor(READY))[1]),
    ended,
  };
};

/** A Docket server in a process of its own, ready to be called. */
export interface RunningDocket {
  url: string;
  /** Resolves when what it has written matches; fails when it ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
  /** Ends it as a crash would, by `kill -9`. */
  kill(): Promise<void>;
}

/** Starts a server with these variables and no others, and waits until it is ready. */
export const startDocket = async (variables: NodeJS.ProcessEnv): Promise<RunningDocket> => {
  const server = spawnServer(variables);
  const port = await server.waitUntilReady();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server.child.kill(signal);
    await server.ended;
  };
  return {
    url: `http://localhost:${port}`,
    waitFor: server.waitFor,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
};
