import { openConnection } from './connection.ts';
import { limitStatements, withStatementBudget } from './statement-deadlines.ts';

/** Says that something of a user's has changed. A mere hint: it may come late, twice or never. */
export interface ChangeHints {
  /** Tells whoever follows the user, in this process and in all others. Returns at once and never throws. */
  announce(userId: string): void;
  /** Calls back at each hint for the user, and when some may have been missed; answers the way to stop. */
  follow(userId: string, listener: () => void): () => void;
  /** How many follow the user in this process. */
  countFollowers(userId: string): number;
  /** Whether followers should leave, because the process stops. */
  hasStopped(): boolean;
  /** Tells every follower to leave. */
  stop(): void;
  /** Closes its connections. */
  close(): Promise<void>;
}

const CHANNEL = 'docket_changes';
/** PostgreSQL carries up to 8,000 bytes in a notification, and an id has 36. */
const IDS_A_NOTIFICATION = 200;
/** By then followers have looked by themselves. */
const SEND_DEADLINE_MS = 5_000;

/**
 * Hints over PostgreSQL's LISTEN and NOTIFY. `directUrl` leads past any pooler, whose connections are shared and hear
 * nothing. Those of a busy moment travel together: one statement is on its way at a time, on a connection of its own, so
 * that no hint waits behind queries.
 */
export const openChangeHints = (directUrl: string): ChangeHints => {
  const processId = crypto.randomUUID();
  const listeners = new Map<string, Set<() => void>>();
  const waiting = new Set<string>();
  let hasStopped = false;
  let isSending = false;

  const wake = (userId: string): void => {
    for (const listener of listeners.get(userId) ?? []) listener();
  };
  const wakeAll = (): void => {
    for (const userId of listeners.keys()) wake(userId);
  };

  const connection = limitStatements(openConnection(directUrl, { maxConnections: 1 }), SEND_DEADLINE_MS);
  connection
    .listen(
      CHANNEL,
      (payload) => {
        const [sender, ...userIds] = payload.split(',');
        if (sender !== processId) for (const userId of userIds) wake(userId);
      },
      // The connection is new: what was said meanwhile was not heard.
      wakeAll,
    )
    // It goes on trying by itself.
    .catch(() => {});

  const send = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    try {
      while (waiting.size > 0) {
        const userIds = [...waiting].slice(0, IDS_A_NOTIFICATION);
        for (const userId of userIds) waiting.delete(userId);
        // The hints are not only those of the call that is under way.
        await withStatementBudget(SEND_DEADLINE_MS, () =>
          connection.unsafe(`select pg_notify('${CHANNEL}', $1)`, [[processId, ...userIds].join(',')]),
        );
      }
    } catch {
      // Followers look by themselves every few seconds.
      waiting.clear();
    } finally {
      isSending = false;
    }
  };

  return {
    announce(userId) {
      wake(userId);
      waiting.add(userId);
      void send();
    },
    follow(userId, listener) {
      const followers = listeners.get(userId) ?? new Set();
      listeners.set(userId, followers.add(listener));
      return () => {
        followers.delete(listener);
        if (followers.size === 0 && listeners.get(userId) === followers) listeners.delete(userId);
      };
    },
    countFollowers: (userId) => listeners.get(userId)?.size ?? 0,
    hasStopped: () => hasStopped,
    stop() {
      hasStopped = true;
      wakeAll();
    },
    close: () => connection.end({ timeout: 1 }),
  };
};
