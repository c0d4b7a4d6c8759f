import type { Account } from '@docket/domain';
import type { QueryClient } from '@tanstack/react-query';
import { uuidv7 } from 'uuidv7';
import { type Leadership, seekLeadership } from './leadership.ts';
import { deleteLocalDatabase } from './local-database.ts';
import { PAGE_SIZE, type PagedList } from './base-facts.ts';
import { watchBrowser } from './browser-events.ts';
import { createReplica } from './replica.ts';
import { createPause, createRests } from './retry.ts';
import { runSender } from './sender.ts';
import { createStream } from './stream.ts';
import type { SyncApi } from './sync-api.ts';
import type { TabMessage } from './tab-channel.ts';
import type { Connection, SyncState } from './task-store.ts';
import { type Change, invert, isFailed, isStored, type Write } from './writes.ts';

/** A stream that comes back wakes the sender; more often than this it would keep a failing one from pausing. */
const RESTART_EVERY_MS = 15_000;

export interface SyncOptions {
  accountId: string;
  api: SyncApi;
  /** Where given, the state is kept in it, too, under `['tasks', accountId]`. */
  queryClient?: QueryClient;
  /** The server answered 401. The outbox stays; the engine of the next session goes on with it. */
  onSignedOut?: () => void;
}

/** A change that is on screen and in the outbox. */
interface Written {
  readonly writeId: string;
  readonly taskId: string;
  /** Resolves when it outlives this tab, or when that has failed (`isDurable`). */
  readonly stored: Promise<void>;
  /** Takes it back, also when the server has it already; once. */
  undo(): void;
}

export interface Sync {
  /** Resolves when the first rows can be shown, or are not there; rejects never. */
  readonly begun: Promise<void>;
  getSnapshot(): SyncState;
  subscribe(listener: () => void): () => void;
  /** Shows the change at once; it is kept and sent behind the scenes, and never given up by itself. */
  write(change: Change): Written;
  /** Somebody asks for it: what waits is tried at once, by whichever tab sends it. */
  tryNow(): void;
  /** Sends a refused write again. */
  retry(writeId: string): void;
  /** Gives a refused write up, and the later ones of its task with it. */
  discard(writeId: string): void;
  /** Fetches the next older tasks of a list. Rejects as the call does. */
  loadMore(list: PagedList): Promise<void>;
  /** Whose tasks they are, as this browser last heard; null where it does not know. Rejects never. */
  readAccount(): Promise<Account | null>;
  /** Keeps that beside the tasks, for a page without a connection. */
  keepAccount(account: Account): Promise<void>;
  /** Stops everything, once all writes are stored. */
  close(): Promise<void>;
  /** Stops everything and deletes what this browser holds of the account, the outbox included: for signing out. */
  wipe(): Promise<void>;
}

/**
 * The tasks of one account in this browser: shown from memory, kept in IndexedDB, sent and followed by one of the tabs.
 * Where the browser keeps nothing, this tab does it all by itself, in memory.
 */
export const createSync = ({ accountId, api, queryClient, onSignedOut }: SyncOptions): Sync => {
  const closing = new AbortController();
  const { signal } = closing;
  let leading: AbortController | null = null;
  let leadership: Leadership | null = null;
  let isSignedOut = false;
  let restartedAt = 0;

  const isLeading = (): boolean => leading !== null;
  const wake = (): void => {
    rests.end();
    sendPause.wake();
    streamPause.wake();
  };

  const replica = createReplica({
    accountId,
    isLeading,
    onWork: () => sendPause.wake(),
    onMessage: (message) => hear(message),
    // Nobody else can be asked any more.
    onLost: () => {
      void leadership?.close();
      leadership = null;
      lead();
    },
    onDeleted: () => void close(),
  });
  const { store } = replica;
  const sendPause = createPause(signal);
  const rests = createRests();
  const streamPause = createPause(signal);

  const tryNow = (): void => {
    wake();
    replica.post({ type: 'wake' });
  };

  const tellConnection = (connection: Connection): void => {
    store.setConnection(connection);
    replica.post({ type: 'connection', connection });
  };

  const hear = (message: TabMessage): void => {
    if (isLeading()) {
      if (message.type === 'wake') wake();
      if (message.type === 'hello') replica.post({ type: 'connection', connection: store.getState().connection });
    } else if (message.type === 'connection' && !isSignedOut) {
      store.setConnection(message.connection);
    }
  };

  const signOut = (): void => {
    if (isSignedOut || signal.aborted) return;
    isSignedOut = true;
    lose();
    // Another tab may have a session that is still good.
    void leadership?.close();
    store.setConnection('signed-out');
    onSignedOut?.();
  };

  const stream = createStream({
    api,
    pause: streamPause,
    readRevision: () => store.readFacts()?.revision,
    onChanges: (changes, since) => void replica.receive(changes, since),
    onConnection: (connection) => {
      if (connection === 'live') sendPause.wake();
      if (connection !== store.getState().connection) tellConnection(connection);
    },
    onSignedOut: signOut,
  });

  const lead = (): void => {
    if (isLeading() || isSignedOut || signal.aborted) return;
    leading = new AbortController();
    void stream.run(AbortSignal.any([signal, leading.signal]));
    sendPause.wake();
  };
  const lose = (): void => {
    leading?.abort();
    leading = null;
  };

  /** The leader before may have stored what its last message did not bring. */
  const takeOver = async (): Promise<void> => {
    await replica.look();
    if (await leadership?.confirm()) lead();
  };

  const start = async (): Promise<void> => {
    await replica.opened;
    if (signal.aborted) return;
    const database = replica.readDatabase();
    if (database === null) return lead();
    leadership = seekLeadership({
      name: `docket-sync-${accountId}`,
      holder: uuidv7(),
      database,
      onLead: () => void takeOver(),
      onLose: lose,
    });
    replica.post({ type: 'hello' });
  };
  void start();

  void runSender({
    api,
    pause: sendPause,
    rests,
    signal,
    next: (isResting) =>
      isSignedOut
        ? undefined
        : store.outbox.next(
            (write) => !isResting(write) && (replica.isUnstored(write) || (isLeading() && isStored(write))),
          ),
    confirm: async (write) => replica.isUnstored(write) || ((await leadership?.confirm()) ?? false),
    onDone: replica.finish,
    onRefused: replica.refuse,
    onSignedOut: signOut,
    onAnswered: (isAnswered) => {
      // Each of the two notices first, at times, that the network is gone or back.
      if (isAnswered) streamPause.wake();
      else if (isLeading() && Date.now() - restartedAt > RESTART_EVERY_MS) {
        restartedAt = Date.now();
        stream.restart();
      }
    },
  });

  watchBrowser(signal, {
    onNetwork: () => {
      stream.restart();
      tryNow();
    },
    onVisible: (isLong) => {
      // Out of sight for long, the stream may have died without anybody having told.
      if (isLong) stream.restart();
      tryNow();
      void replica.look();
    },
    onTick: (isVisible) => {
      if (isLeading() || isVisible) void replica.look();
      // The tab that leads may be one that nobody looks at, and so in no hurry.
      if (isVisible && store.getState().connection !== 'live') replica.post({ type: 'wake' });
    },
  });

  const queryKey = ['tasks', accountId];
  if (queryClient) {
    // Comparing ten thousand tasks with those before would take longer than everything else.
    queryClient.setQueryDefaults(queryKey, { structuralSharing: false, staleTime: Infinity, gcTime: Infinity });
    const share = (): void => void queryClient.setQueryData(queryKey, store.getState());
    share();
    signal.addEventListener('abort', store.subscribe(share));
  }

  /** Takes what was refused of a task out of the outbox, with what waits behind it; answers the fields that they change. */
  const takeRefused = (taskId: string): Change[] => {
    const ofTask = store.outbox.ofTask(taskId);
    const refused = ofTask.find(isFailed);
    if (refused?.kind !== 'update') return [];
    const taken = ofTask.slice(ofTask.indexOf(refused)).filter(({ kind }) => kind === 'update');
    replica.discard(refused.writeId);
    return taken;
  };

  const write = (change: Change): Written => {
    const writeId = uuidv7();
    const { taskId } = change;
    // What was refused because the task was gone would keep back the very change that brings it back.
    const refused = change.kind === 'restore' ? takeRefused(taskId) : [];
    const inverse = invert(change, store.getState().byId.get(taskId));
    const made: Write = { ...change, writeId, order: Infinity, madeAt: new Date().toISOString(), failure: null };
    const stored = replica.add(made);
    for (const again of refused) write(again);
    let isUndone = false;
    const undo = (): void => {
      if (isUndone) return;
      isUndone = true;
      const own = store.outbox.get(writeId);
      if (own && isFailed(own)) replica.discard(writeId);
      else if (inverse) write(inverse);
    };
    return { writeId, taskId, stored, undo };
  };

  const loadMore = async (list: PagedList): Promise<void> => {
    const facts = store.readFacts();
    if (facts === null || !facts.pages[list].hasMore) return;
    const { cursor } = facts.pages[list];
    const page = await api.list(
      {
        ...(list === 'trash' ? { deleted: true } : { completed: true }),
        ...(cursor === null ? {} : { cursor }),
        limit: PAGE_SIZE,
      },
      signal,
    );
    const edge = { cursor: page.nextCursor, hasMore: page.nextCursor !== null };
    replica.takePage({ list, epoch: facts.epoch, tasks: page.items, edge });
  };

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      closing.abort();
      lose();
      await replica.settle();
      await leadership?.close();
      replica.close();
    })();
    return closed;
  };

  return {
    begun: replica.begun,
    getSnapshot: store.getState,
    subscribe: store.subscribe,
    write,
    tryNow,
    retry: replica.retry,
    discard: replica.discard,
    loadMore,
    readAccount: replica.readAccount,
    keepAccount: replica.keepAccount,
    close,
    wipe: async () => {
      await close();
      queryClient?.removeQueries({ queryKey });
      await deleteLocalDatabase(accountId);
    },
  };
};
