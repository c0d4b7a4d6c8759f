import { AsyncLocalStorage } from 'node:async_hooks';
import type postgres from 'postgres';

/** A statement was not answered in time and was given up, or was not begun because no time was left. */
export class StatementDeadlineError extends Error {
  override readonly name = 'StatementDeadlineError';
}

const createDeadlineError = (milliseconds: number): StatementDeadlineError =>
  new StatementDeadlineError(`no answer within ${Math.round(milliseconds)} ms`);

/** The time that waits may still take. Waits at the same moment count once. */
interface Budget {
  leftMs: number;
  waits: number;
  waitingSince: number;
}

const budgets = new AsyncLocalStorage<Budget>();

const readLeft = ({ leftMs, waits, waitingSince }: Budget): number =>
  waits === 0 ? leftMs : leftMs - (performance.now() - waitingSince);

/**
 * Lets all statements that `run` waits for take so many milliseconds together; what it does between them does not count.
 * Once they are used up, it begins no further statement. What `run` leaves behind when it ends has no budget.
 */
export const withStatementBudget = <Value>(milliseconds: number, run: () => PromiseLike<Value>): Promise<Value> => {
  const budget: Budget = { leftMs: milliseconds, waits: 0, waitingSince: 0 };
  return budgets.run(budget, async () => {
    try {
      return await run();
    } finally {
      budget.leftMs = Infinity;
    }
  });
};

interface Wait {
  milliseconds: number;
  end(): void;
}

/** Begins a wait of at most so many milliseconds, or less where the budget has less. */
const beginWait = (longestMs: number): Wait => {
  const budget = budgets.getStore();
  if (budget === undefined) return { milliseconds: longestMs, end: () => {} };
  const leftMs = readLeft(budget);
  // A timer may fire a fraction of a millisecond early.
  if (leftMs < 1) throw new StatementDeadlineError('the statements of this call have taken all the time they may');
  if (budget.waits === 0) budget.waitingSince = performance.now();
  budget.waits += 1;
  return {
    milliseconds: Math.min(longestMs, leftMs),
    end() {
      budget.waits -= 1;
      if (budget.waits === 0) budget.leftMs -= performance.now() - budget.waitingSince;
    },
  };
};

/**
 * Waits for what several callers share and what has a deadline of its own, within the caller's budget.
 *
 * @throws {StatementDeadlineError} where the budget ends first
 */
export const waitWithinBudget = async <Value>(pending: Promise<Value>): Promise<Value> => {
  const { milliseconds, end } = beginWait(Infinity);
  if (milliseconds === Infinity) return await pending;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(createDeadlineError(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([pending, deadline]);
  } finally {
    clearTimeout(timer);
    end();
  }
};

/**
 * Has postgres.js send nothing behind a statement that is under way: cancelling one of two on a connection may hit the
 * other, and would mix up their answers.
 */
const ALONE = { onexecute: () => false };

/** What postgres.js 3.4 keeps of a statement beyond its types. */
interface StatementInternals {
  strings: string[];
  args: unknown[];
  /** What `args` became when the statement was sent. */
  parameters?: unknown[];
  /** Whether it is sent and not yet answered. */
  active: boolean;
  cancelled: unknown;
  /** What `cancel()` calls, and whose promise it drops. */
  canceller(statement: StatementInternals): Promise<void>;
  reject(error: Error): void;
}

const hasInternals = <Pending extends object>(pending: Pending): pending is Pending & StatementInternals =>
  ['strings', 'args', 'active', 'cancelled', 'canceller', 'reject'].every((name) => name in pending);

/** So that nothing of the statement is executed where it is sent all the same. */
const empty = (statement: StatementInternals): void => {
  statement.strings.splice(0, 1, 'select');
  statement.args.length = 0;
  // PostgreSQL was asked for the parameters' types and is to get the parameters next: it refuses too few.
  if (statement.parameters !== undefined) statement.parameters.length = 0;
};

const giveUp = (statement: StatementInternals, error: StatementDeadlineError): void => {
  // Asks PostgreSQL, by a connection of its own that fails where the database is away, or leaves the queue.
  const cancel = (): void => void statement.canceller(statement).catch(() => {});
  if (statement.active) {
    cancel();
    statement.reject(error);
  } else {
    statement.reject(error);
    cancel();
    // Where it waits for a connection to open, that connection would otherwise stay idle for ever.
    statement.cancelled = null;
  }
  empty(statement);
};

/**
 * Gives up every statement that drizzle sends once it has taken so many milliseconds, or its caller's budget: a database
 * that hangs answers nothing at all, and neither its own `statement_timeout` nor a pooler helps then. A statement that
 * waits for a connection is not begun any more, and PostgreSQL is asked to cancel one that it was sent.
 */
export const limitStatements = (connection: postgres.Sql, deadlineMs: number): postgres.Sql => {
  const send = connection.unsafe.bind(connection);
  const sendLimited = <Rows extends never[]>(
    text: string,
    parameters: Parameters<typeof send<Rows>>[1] = [],
    options?: postgres.UnsafeQueryOptions,
  ): postgres.PendingQuery<Rows> => {
    const { milliseconds, end } = beginWait(deadlineMs);
    const pending = send<Rows>(text, [...parameters], { ...ALONE, ...options });
    const timer = setTimeout(() => {
      if (hasInternals(pending)) giveUp(pending, createDeadlineError(milliseconds));
    }, milliseconds);
    const stop = (): void => {
      clearTimeout(timer);
      end();
    };
    pending.then(stop, stop);
    return pending;
  };
  return Object.assign(connection, { unsafe: sendLimited });
};
