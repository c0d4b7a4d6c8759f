import { purgeExpired } from '@docket/api';
import type { Database } from '@docket/db';
import type { Logger } from './logger.ts';

const EVERY_MS = 60 * 60 * 1000;
/** Spreads servers that were started together. */
const FIRST_AFTER_MS = 60_000;

/** Deletes what has served its time, every hour; returns the way to stop. A failed step is made good by the next round. */
export const startHousekeeping = ({ db, logger }: { db: Database; logger: Logger }): (() => void) => {
  const run = (): void => {
    purgeExpired(db).catch((error: unknown) => {
      logger.warn({ err: error }, 'what has served its time could not be deleted');
    });
  };
  const first = setTimeout(run, FIRST_AFTER_MS * (0.5 + Math.random())).unref();
  const timer = setInterval(run, EVERY_MS).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
};
