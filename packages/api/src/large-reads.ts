import { TRPCError } from '@trpc/server';
import type { RequestFacts } from './context.ts';
import { RetryLaterError } from './errors.ts';

/** How much of a process large answers may take. */
export interface LargeReadBounds {
  /** How many are read at once, which is how many connections of the pool they have. */
  reading: number;
  /** How many may be read but not yet sent, of all users and of one. */
  unsent: number;
  unsentOfUser: number;
  waitingOfUser: number;
  /** How long one waits for its turn. */
  waitMs: number;
}

/** Four of the pool's ten connections, so that other reads find some free; 64 answers of 4 MB in memory. */
const DEFAULT_BOUNDS: LargeReadBounds = {
  reading: 4,
  unsent: 64,
  unsentOfUser: 2,
  waitingOfUser: 4,
  waitMs: 10_000,
};

/** The turns of large answers in one process. */
export interface LargeReads {
  /**
   * Reads at the user's turn: one read of a user at a time, and no more while too many answers wait for those who asked.
   *
   * @throws {RetryLaterError} TOO_MANY_REQUESTS where too many of the user's wait, or the turn does not come
   */
  read<Answer>(request: LargeRequest, run: () => Promise<Answer>): Promise<Answer>;
}

type LargeRequest = Pick<RequestFacts, 'isBatch' | 'onAnswered'> & { userId: string };

interface UserTurns {
  isReading: boolean;
  unsent: number;
  waiting: number;
}

const createBusyError = (): RetryLaterError =>
  new RetryLaterError({
    code: 'TOO_MANY_REQUESTS',
    message: 'Large answers are asked for faster than they are taken. Read those that are under way, then try again.',
    retryAfterSeconds: 5,
  });

export const createLargeReads = (bounds: Partial<LargeReadBounds> = {}): LargeReads => {
  const { reading, unsent, unsentOfUser, waitingOfUser, waitMs } = { ...DEFAULT_BOUNDS, ...bounds };
  const users = new Map<string, UserTurns>();
  const queue = new Set<{ user: UserTurns; begin: () => void }>();
  const all = { reading: 0, unsent: 0 };

  const beginNext = (): void => {
    for (const turn of queue) {
      if (all.reading >= reading || all.unsent >= unsent) return;
      if (turn.user.isReading || turn.user.unsent >= unsentOfUser) continue;
      queue.delete(turn);
      turn.user.waiting -= 1;
      turn.user.isReading = true;
      turn.user.unsent += 1;
      all.reading += 1;
      all.unsent += 1;
      turn.begin();
    }
  };

  const waitForTurn = (user: UserTurns): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.delete(turn);
        user.waiting -= 1;
        reject(createBusyError());
      }, waitMs);
      const turn = {
        user,
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      queue.add(turn);
      user.waiting += 1;
      beginNext();
    });

  return {
    async read({ userId, isBatch, onAnswered }, run) {
      if (isBatch) {
        throw new TRPCError({
          code: 'BAD_REQUEST',
          message: 'The answer to this call is large. Make it on its own, not in a batch.',
        });
      }
      const user = users.get(userId) ?? { isReading: false, unsent: 0, waiting: 0 };
      users.set(userId, user);
      const forget = (): void => {
        if (!user.isReading && user.unsent === 0 && user.waiting === 0) users.delete(userId);
      };
      const finish = (): void => {
        user.unsent -= 1;
        all.unsent -= 1;
        forget();
        beginNext();
      };
      if (user.waiting >= waitingOfUser) throw createBusyError();
      await waitForTurn(user).finally(forget);
      try {
        return await run();
      } finally {
        user.isReading = false;
        all.reading -= 1;
        // A failure is an answer, too, if a small one.
        onAnswered(finish);
        beginNext();
      }
    },
  };
};
