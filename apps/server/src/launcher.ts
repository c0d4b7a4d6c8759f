import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 500;

interface ProcessFacts {
  name: string;
  parent: number;
}

/** Linux's account of a process: `pid (name) state ppid ...`; undefined elsewhere, or once it is gone. */
const readProcess = (pid: number): ProcessFacts | undefined => {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name === undefined ? undefined : { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
};

const isPackageManager = ({ name }: ProcessFacts): boolean => /^(npm|npx|pnpm)/.test(name);

/** The processes between us and the topmost package manager that started us, each with its parent. */
const traceLaunch = (): Map<number, number> => {
  const links = new Map<number, number>();
  let found = new Map<number, number>();
  for (let pid = process.pid; links.size < 8;) {
    const parent = readProcess(pid)?.parent;
    const facts = parent === undefined ? undefined : readProcess(parent);
    if (parent === undefined || facts === undefined) break;
    links.set(pid, parent);
    if (isPackageManager(facts)) found = new Map(links);
    pid = parent;
  }
  return found;
};

/**
 * Calls back once the package manager that started us has ended. `npx` does not pass SIGTERM on to what it runs: without
 * this, stopping the command would leave the server running. Where nobody launched us so, nothing is watched.
 */
export const watchLauncher = (onGone: () => void): void => {
  const links = traceLaunch();
  if (links.size === 0) return;
  const timer = setInterval(() => {
    for (const [pid, parent] of links) {
      if (readProcess(pid)?.parent === parent) continue;
      clearInterval(timer);
      onGone();
      return;
    }
  }, LOOK_EVERY_MS);
  timer.unref();
};
