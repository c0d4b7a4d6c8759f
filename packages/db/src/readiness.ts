import { openDatabase } from './database.ts';
import { isMigrated, readNewestMigration, withDeadline } from './migrations.ts';

/** Says whether the database can be reached and its schema is up to date, on a connection of its own. */
export interface ReadinessProbe {
  /** Never fails; the same for all who ask within the time that an answer is remembered. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens a probe that asks at most once in `rememberMs` (a second) and says no after `deadlineMs` (two seconds). It shares
 * no connection with requests: a pool that is busy is no reason for a balancer to leave every server at once.
 *
 * @throws {DatabaseUrlError} where the URL cannot be used
 */
export const openReadinessProbe = (
  url: string,
  options: { isPooled?: boolean; rememberMs?: number; deadlineMs?: number } = {},
): ReadinessProbe => {
  const { isPooled = false, rememberMs = 1_000, deadlineMs = 2_000 } = options;
  const newest = readNewestMigration();
  const open = () => openDatabase(url, { isPooled, maxConnections: 1 });
  let handle = open();
  let answer: Promise<boolean> | undefined;

  const ask = async (): Promise<boolean> => {
    try {
      return await withDeadline(isMigrated(handle.db, newest), deadlineMs);
    } catch {
      // A connection that hangs may do so for long: the next question goes over a new one.
      handle.close().catch(() => {});
      handle = open();
      return false;
    }
  };

  return {
    isReady() {
      answer ??= ask().finally(() => {
        setTimeout(() => (answer = undefined), rememberMs).unref();
      });
      return answer;
    },
    close: () => handle.close(),
  };
};
