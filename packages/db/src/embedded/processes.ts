import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readErrorCode } from './errors.ts';

/** The user whom PostgreSQL's processes run as; absent where that is simply our own. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * What every child starts with. Our own environment stays with us: it holds secrets, and PGDATA or LC_ALL would change
 * what PostgreSQL does. The root folder is one that any user can enter.
 */
export const childOptions = (account: Account | undefined) => ({
  ...account,
  cwd: parse(process.execPath).root,
  env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' },
});

/** Runs a program to its end as `account`; answers its exit code (null when a signal ended it) and what it printed. */
export const runProgram = (
  command: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...childOptions(account), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });

const readProcFile = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
};

/** State and start time from /proc/<pid>/stat, which follow the parenthesised command name (proc_pid_stat(5)). */
const readProcStat = (pid: number): { state: string; startedAt: string } => {
  const stat = readProcFile(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
};

const askPs = (pid: number, column: string): string => {
  if (process.platform === 'win32') return '';
  try {
    return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
};

/** Whether the process runs. A zombie does not: where process 1 reaps nobody it would stay for ever. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (readErrorCode(error) !== 'EPERM') return false;
  }
  return process.platform !== 'linux' || !/^[ZX]/.test(readProcStat(pid).state);
};

/** When the process started, in words without blanks that no later process of the same id repeats; '' if unknown. */
export const readProcessStart = (pid: number): string => {
  if (process.platform !== 'linux') return askPs(pid, 'lstart').replaceAll(/\s+/g, '_');
  const { startedAt } = readProcStat(pid);
  if (startedAt === '') return '';
  // Start times count from the boot, so after a reboot they could meet again.
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${startedAt}`;
};

/** The command line of a process, its arguments parted by blanks; '' if unknown. */
export const readCommandLine = (pid: number): string =>
  process.platform === 'linux' ? readProcFile(pid, 'cmdline').replaceAll('\0', ' ').trim() : askPs(pid, 'command');

/** Looks every 20 ms until `isDone`; answers false when the time is over first. */
export const waitUntil = async (isDone: () => boolean, timeoutMs: number): Promise<boolean> => {
  const deadline = Date.now() + timeoutMs;
  while (!isDone()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
};
