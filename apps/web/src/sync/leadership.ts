import type { LocalDatabase } from './local-database.ts';

const LEASE_MS = 5_000;
const RENEW_MS = 1_500;

export interface Leadership {
  /** Whether it still holds, to be asked ahead of each step that only the leader may take. */
  confirm(): Promise<boolean>;
  close(): Promise<void>;
}

interface LeadershipOptions {
  name: string;
  /** Who this tab is among the others. */
  holder: string;
  database: LocalDatabase;
  onLead(): void;
  onLose(): void;
}

const leadByLock = (locks: LockManager, { name, onLead }: LeadershipOptions): Leadership => {
  const ending = new AbortController();
  const ended = new Promise<void>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve());
  });
  const hold = async (): Promise<void> => {
    onLead();
    await ended;
  };
  // Rejects where it is closed while it still waits.
  const released = locks.request(name, { signal: ending.signal }, hold).catch(() => {});
  return {
    confirm: () => Promise.resolve(!ending.signal.aborted),
    close: async () => {
      ending.abort();
      await released;
    },
  };
};

/** Where there are no locks, as on plain http: whoever renews a row in time leads. */
const leadByLease = ({ holder, database, onLead, onLose }: LeadershipOptions): Leadership => {
  let until = 0;
  let isClosed = false;

  const take = async (): Promise<boolean> => {
    const asked = Date.now();
    const isTaken = await database.takeLease(holder, LEASE_MS).catch(() => false);
    if (isClosed) return false;
    const wasLeading = until > 0;
    until = isTaken ? asked + LEASE_MS : 0;
    if (isTaken && !wasLeading) onLead();
    if (!isTaken && wasLeading) onLose();
    return isTaken;
  };
  void take();
  const timer = setInterval(() => void take(), RENEW_MS);

  const drop = async (): Promise<void> => {
    const isOwn = Date.now() < until;
    until = 0;
    if (isOwn) await database.dropLease().catch(() => {});
  };
  // Whoever waits need not wait until the lease of a page that was closed is over. A page that comes back asks again.
  const leave = (): void => {
    if (until > 0) onLose();
    void drop();
  };
  window.addEventListener('pagehide', leave);

  return {
    // A hidden tab's timers may be late, so the time is looked at, too.
    confirm: () => (Date.now() < until - RENEW_MS ? Promise.resolve(true) : take()),
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      window.removeEventListener('pagehide', leave);
      await drop();
    },
  };
};

const findLocks = (): LockManager | undefined => ('locks' in navigator ? navigator.locks : undefined);

/** One leader among an account's tabs: it alone sends, follows and writes the base. */
export const seekLeadership = (options: LeadershipOptions): Leadership => {
  const locks = findLocks();
  return locks === undefined ? leadByLease(options) : leadByLock(locks, options);
};
