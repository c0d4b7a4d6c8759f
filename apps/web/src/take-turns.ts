import { uuidv7 } from 'uuidv7';
import { parseRecord } from './records.ts';

/** A tab that the browser put to sleep may hold its turn for hours. */
const WAIT_MILLISECONDS = 10_000;
const LEASE_MILLISECONDS = 10_000;
/** Long enough for what one tab writes to be read by another. */
const SETTLING_MILLISECONDS = 100;

const readLease = (key: string): { holder: string; until: number } | null => {
  try {
    const { holder, until } = parseRecord(localStorage.getItem(key)) ?? {};
    return typeof holder === 'string' && typeof until === 'number' ? { holder, until } : null;
  } catch {
    return null;
  }
};

/** Somewhere between once and twice as long, so that tabs which began together part ways. */
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds * (1 + Math.random())));

/** Writes down whose turn it is; whoever still stands there a moment later has it. */
const takeLease = async (key: string, holder: string): Promise<void> => {
  const giveUpAt = Date.now() + WAIT_MILLISECONDS;
  while (Date.now() < giveUpAt) {
    const lease = readLease(key);
    if (lease === null || lease.until < Date.now()) {
      localStorage.setItem(key, JSON.stringify({ holder, until: Date.now() + LEASE_MILLISECONDS }));
      await pause(SETTLING_MILLISECONDS);
      if (readLease(key)?.holder === holder) return;
    } else {
      await pause(SETTLING_MILLISECONDS / 4);
    }
  }
};

const runByLease = async <Result>(key: string, run: () => Promise<Result>): Promise<Result> => {
  const holder = uuidv7();
  try {
    await takeLease(key, holder);
  } catch {
    // Storage is denied or full: then the tabs do not know of each other.
  }
  try {
    return await run();
  } finally {
    if (readLease(key)?.holder === holder) localStorage.removeItem(key);
  }
};

const runByLock = async <Result>(locks: LockManager, name: string, run: () => Promise<Result>): Promise<Result> => {
  let hasTurn = false;
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(WAIT_MILLISECONDS) }, () => {
      hasTurn = true;
      return run();
    });
  } catch (error) {
    if (hasTurn) throw error;
    return run();
  }
};

/**
 * Runs in one tab after the other: by the browser's locks, or, on plain http where there are none, by a note in the
 * storage. After ten seconds of waiting it runs all the same.
 */
export const takeTurns = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
  'locks' in navigator ? runByLock(navigator.locks, name, run) : runByLease(name, run);
