import './sync-status.css';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CloudIcon, OfflineIcon, WarningIcon } from '../../components/icons.tsx';
import { Menu } from '../../components/menu.tsx';
import { useNotices } from '../../components/notices.tsx';
import type { SyncState } from '../../sync/task-store.ts';
import type { FailedWrite } from '../../sync/writes.ts';
import { useSync, useSyncState } from '../../sync-context.tsx';
import { Failure } from './failure.tsx';
import { quote } from './quote.ts';
import { useUnsavedWarning } from './use-unsaved-warning.ts';

/** Shorter waits are not worth a word. */
const PAUSE_MILLISECONDS = 600;
/** Longer waits have a reason that one should know of. */
const TROUBLE_MILLISECONDS = 5_000;

const sayChanges = (count: number): string => (count === 1 ? '1 change' : `${count} changes`);
const sayWait = (count: number): string => (count === 1 ? '1 change waits' : `${count} changes wait`);

type Word = { readonly kind: 'saved' | 'saving' | 'trouble' | 'away' | 'failed'; readonly text: string };

const SAVED: Word = { kind: 'saved', text: 'All changes saved' };
const TROUBLE = 'Docket has trouble, trying again';

const sayState = ({ pending, failed, connection, isDurable }: SyncState, isStuck: boolean): Word => {
  if (failed.length > 0) return { kind: 'failed', text: `${sayChanges(failed.length)} not saved` };
  if (isStuck) return { kind: 'trouble', text: pending > 0 ? `Not saved yet. ${TROUBLE}` : TROUBLE };
  if (connection !== 'live') {
    const word = connection === 'connecting' ? 'Connecting' : 'Offline';
    if (pending === 0) return { kind: 'away', text: connection === 'connecting' ? 'Connecting…' : 'Offline' };
    return { kind: 'away', text: `${word}: ${sayWait(pending)}${isDurable ? '' : '. Keep this tab open'}` };
  }
  return pending > 0 ? { kind: 'saving', text: 'Saving…' } : SAVED;
};

const sayWhat = (write: FailedWrite, title: string | undefined): string => {
  const name = title === undefined ? 'A task' : quote(title);
  if (write.kind === 'create') return `${name} was not added.`;
  if (write.kind === 'delete') return `${name} was not deleted.`;
  if (write.kind === 'restore') return `${name} was not restored.`;
  return `The change of ${name} was not saved.`;
};

/** What has to come next; null where nothing is waited for. Without a connection there is another word for it. */
const readAwaited = ({ oldestPending, connection }: SyncState): string | null => {
  if (connection === 'live') return oldestPending;
  return connection === 'connecting' ? connection : null;
};

/** Whether the very same thing has been waited for so long that something must be wrong. */
const useStuck = (awaited: string | null) => {
  const [stuckOn, setStuckOn] = useState<string | null>(null);
  const [starts, setStarts] = useState(0);
  const wait = awaited === null ? null : `${starts} ${awaited}`;
  useEffect(() => {
    if (wait === null) return undefined;
    const timer = setTimeout(setStuckOn, TROUBLE_MILLISECONDS, wait);
    return () => {
      clearTimeout(timer);
      setStuckOn(null);
    };
  }, [wait]);
  return { isStuck: wait !== null && stuckOn === wait, startAgain: () => setStarts((count) => count + 1) };
};

/** What is not saved for a moment only is not worth a word; what went wrong is said at once. */
const useCalmWord = (word: Word): Word => {
  const isSaved = word.kind === 'saved';
  const [calm, setCalm] = useState<Word | null>({ kind: 'saved', text: '' });
  useEffect(() => {
    const timer = setTimeout(setCalm, isSaved ? 0 : PAUSE_MILLISECONDS, isSaved ? SAVED : null);
    return () => clearTimeout(timer);
  }, [isSaved]);
  return word.kind === 'failed' ? word : (calm ?? word);
};

const WORRYING: ReadonlySet<Word['kind']> = new Set(['trouble', 'away', 'failed']);

/** Says to those who listen what keeps changes from being saved, and that it is over. */
const useSpokenWord = ({ kind, text }: Word) => {
  const { announce } = useNotices();
  const before = useRef(kind);
  useEffect(() => {
    const isNews = before.current !== kind && (WORRYING.has(kind) || WORRYING.has(before.current));
    if (isNews && kind !== 'saving') announce(`${text}.`);
    if (kind !== 'saving') before.current = kind;
  }, [announce, kind, text]);
};

const ICONS = { saved: CloudIcon, saving: CloudIcon, trouble: WarningIcon, away: OfflineIcon, failed: WarningIcon };

/** Whether what was changed has reached Docket, in a few quiet words; what was refused, and both ways on, behind them. */
export const SyncStatus = () => {
  const sync = useSync();
  const state = useSyncState((all) => all);
  const { isStuck, startAgain } = useStuck(readAwaited(state));
  const { kind, text } = useCalmWord(sayState(state, isStuck));
  useSpokenWord({ kind, text });
  useUnsavedWarning(!state.isDurable && state.pending + state.failed.length > 0);
  const Icon = ICONS[kind];
  if (state.failed.length === 0) {
    return (
      <p className="sync-status" data-kind={kind} title={text}>
        <Icon />
        <span>{text}</span>
        {kind === 'trouble' ? (
          <Button
            tone="link"
            onClick={() => {
              startAgain();
              sync.tryNow();
            }}
          >
            Try now
          </Button>
        ) : null}
      </p>
    );
  }
  return (
    <div className="sync-status" data-kind="failed">
      <Menu
        label={`${sayChanges(state.failed.length)} not saved`}
        trigger={
          <>
            <WarningIcon />
            <span>{sayChanges(state.failed.length)} not saved</span>
          </>
        }
      >
        <ul className="sync-failures" aria-label="Changes that were not saved">
          {state.failed.map((write) => (
            <li key={write.writeId}>
              <Failure write={write} what={sayWhat(write, sync.getSnapshot().byId.get(write.taskId)?.title)} />
            </li>
          ))}
        </ul>
      </Menu>
    </div>
  );
};
