import { type Database, isDatabaseUnavailable, waitWithinBudget, withStatementBudget } from '@docket/db';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { createLeases, type Grant } from './rate-limit-leases.ts';
import {
  ADDRESS_LIMIT_NAMES,
  type AddressLimitName,
  RATE_LIMIT_NAMES,
  type RateLimit,
  type RateLimitName,
  type RateLimitSettings,
} from './rate-limit-settings.ts';

/** What is counted: by address, also for the whole site that an IPv6 address belongs to. */
export type CountedName = RateLimitName | `${AddressLimitName}OfSite`;

/** A site may be a company or a village, so it has more points than one of its networks. */
const SITE_FACTOR = 10;

/** Counts over every process on one database; in an outage each process counts for itself, and nothing throws. */
export interface RateLimits {
  /** Takes a point. Null where one was free, else after how many whole seconds (at least 1) to try again. */
  take(name: CountedName, key: string): Promise<number | null>;
  /** Gives back a point that was taken; never more than were. */
  giveBack(name: CountedName, key: string): Promise<void>;
}

interface Statement {
  text: string;
  values: (string | number)[];
}

type Query = (statement: Statement) => Promise<{ rows: { points: number; expire: number }[]; rowCount: number }>;

/** Less than what other statements have: a call that waits for a limit has not begun with what was asked for. */
const DEADLINE_MS = 2_000;
/** How long an outage is taken to last before the next statement finds out. */
const OUTAGE_MS = 3_000;

class LimitsInMemoryError extends Error {
  override readonly name = 'LimitsInMemoryError';
}

/** Statements that fail soon in an outage: the first waits, the rest fail at once, and now and then one tries again. */
const createQuery = (db: Database, deadlineMs: number): Query => {
  let outageUntil = 0;
  return async ({ text, values }) => {
    if (Date.now() < outageUntil) throw new LimitsInMemoryError('the database did not answer a moment ago');
    if (outageUntil > 0) outageUntil = Date.now() + OUTAGE_MS;
    try {
      const rows = await withStatementBudget(deadlineMs, () => db.$client.unsafe(text, values));
      outageUntil = 0;
      // A bigint comes as text.
      return {
        rows: rows.map((row) => ({ points: Number(row['points']), expire: Number(row['expire']) })),
        rowCount: rows.length,
      };
    } catch (error) {
      if (error instanceof LimitsInMemoryError || isDatabaseUnavailable(error)) outageUntil = Date.now() + OUTAGE_MS;
      throw error;
    }
  };
};

const readRefusal = (error: unknown): RateLimiterRes => {
  if (error instanceof RateLimiterRes) return error;
  throw error;
};

const createLimit = (name: CountedName, { points, seconds }: RateLimit, query: Query) => {
  const memory = new RateLimiterMemory({ points, duration: seconds });
  const limiter = new RateLimiterPostgres({
    storeClient: { query },
    storeType: 'client',
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: name,
    points,
    duration: seconds,
    insuranceLimiter: memory,
  });

  const request = async (key: string, wanted: number): Promise<Grant> => {
    const { consumedPoints, msBeforeNext } = await limiter.consume(key, wanted).catch(readRefusal);
    const free = points - (consumedPoints - wanted);
    return { points: Math.min(Math.max(free, 0), wanted), endsAt: Date.now() + msBeforeNext };
  };

  /** A hundredth at a time: a statement on every request would cost as much as many requests do themselves. */
  const leases = createLeases({ size: Math.max(1, Math.floor(points / 100)), request });

  const giveBackInMemory = async (key: string): Promise<void> => {
    const { consumedPoints, msBeforeNext } = await memory.reward(key);
    const used = Math.min(Math.max(consumedPoints, 0), points - 1);
    if (used !== consumedPoints) await memory.set(key, used, msBeforeNext / 1_000);
  };

  const giveBackPoint = async (key: string): Promise<void> => {
    // The library's own reward leaves fewer than no points used once a window has ended, and keeps what was refused.
    const text = `update rate_limits set points = least(points, $1) - 1 where key = $2 and points > 0 and expire > $3`;
    await query({ text, values: [points, limiter.getKey(key), Date.now()] }).catch(() => giveBackInMemory(key));
  };

  return {
    take: leases.take,
    async giveBack(key: string): Promise<void> {
      // Goes on where the caller's time is up: the point comes back all the same.
      await waitWithinBudget(giveBackPoint(key).then(() => leases.forgetRefusal(key)));
    },
  };
};

/**
 * The limits of a process. Keys are short, and hashed where they hold what nobody else may read.
 * Ended rows of `rate_limits` are for others to delete.
 */
export const createRateLimits = (options: {
  db: Database;
  settings: RateLimitSettings;
  /** After how long a statement is given up and counts go on in memory; two seconds if not told. */
  deadlineMs?: number;
}): RateLimits => {
  const query = createQuery(options.db, options.deadlineMs ?? DEADLINE_MS);
  const limits = new Map<CountedName, ReturnType<typeof createLimit>>();
  for (const name of RATE_LIMIT_NAMES) {
    const limit = options.settings[name];
    if (limit !== null) limits.set(name, createLimit(name, limit, query));
  }
  for (const name of ADDRESS_LIMIT_NAMES) {
    const limit = options.settings[name];
    if (limit === null) continue;
    const ofSite = { ...limit, points: limit.points * SITE_FACTOR };
    limits.set(`${name}OfSite`, createLimit(`${name}OfSite`, ofSite, query));
  }
  return {
    take: async (name, key) => (await limits.get(name)?.take(key)) ?? null,
    async giveBack(name, key) {
      await limits.get(name)?.giveBack(key);
    },
  };
};
