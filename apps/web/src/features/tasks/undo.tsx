import { createContext, type ReactNode, use, useEffect, useMemo, useRef } from 'react';
import { useNotices } from '../../components/notices.tsx';
import { hasOwnUndo } from '../../components/use-shortcut.ts';
import { focusRow } from './row-focus.ts';

/** The words for one kind of act, done to several tasks. */
export interface ActWords {
  readonly sayDone: (count: number) => string;
  readonly sayUndone: (count: number) => string;
}

/** Something done to a task that can be taken back. */
interface Undoable {
  readonly taskId: string;
  /** What is said once it is taken back. */
  readonly undone: string;
  readonly undo: () => void;
  /** What was done, for the notice; none where it is to be seen anyway. */
  readonly message?: string;
  /** Given where the same act on several tasks adds up to one notice. */
  readonly words?: ActWords;
}

type OfferUndo = (undoable: Undoable) => void;

const SLOT = 'undo';
const KEPT = 1_000;

const UndoContext = createContext<OfferUndo | null>(null);

/** Keeps what was done so that it can be taken back, and shows it. The same one for as long as the page lives. */
export const useUndo = (): OfferUndo => {
  const offer = use(UndoContext);
  if (!offer) throw new Error('useUndo needs an UndoProvider around it.');
  return offer;
};

/**
 * Keeps what can be taken back, the latest first: one by one by Ctrl+Z wherever no text field has an undo of its own, or
 * all that a notice speaks of by the notice.
 */
export const UndoProvider = ({ children }: { readonly children: ReactNode }) => {
  const { announce, notify, isShown, withdraw } = useNotices();
  const done = useRef<readonly Undoable[]>([]);
  /** What the notice speaks of. */
  const told = useRef<readonly Undoable[]>([]);

  const { offer, takeBackLatest } = useMemo(() => {
    const tell = (acts: readonly Undoable[]) => {
      told.current = acts;
      const latest = acts.at(-1);
      const message = acts.length > 1 ? latest?.words?.sayDone(acts.length) : latest?.message;
      if (message === undefined) {
        withdraw(SLOT);
        return;
      }
      const run = () => takeBack(acts);
      notify({ slot: SLOT, message, action: { label: 'Undo', shortcut: 'Control+Z Meta+Z', run } });
    };
    const takeBack = (acts: readonly Undoable[]) => {
      const taken = done.current.filter((one) => acts.includes(one));
      const latest = taken.at(-1);
      if (!latest) return;
      done.current = done.current.filter((one) => !taken.includes(one));
      for (const { undo } of taken.toReversed()) undo();
      const left = told.current.filter((one) => !taken.includes(one));
      if (left.length < told.current.length) {
        if (isShown(SLOT)) tell(left);
        else told.current = left;
      }
      announce(taken.length > 1 && latest.words ? latest.words.sayUndone(taken.length) : latest.undone);
      // Once the row is back.
      setTimeout(() => focusRow(latest.taskId));
    };
    return {
      takeBackLatest: () => {
        const latest = done.current.slice(-1);
        takeBack(latest);
        return latest.length > 0;
      },
      offer: (undoable: Undoable) => {
        done.current = [...done.current, undoable].slice(-KEPT);
        if (undoable.message === undefined) return;
        const addsUp = undoable.words !== undefined && undoable.words === told.current.at(-1)?.words && isShown(SLOT);
        tell([...(addsUp ? told.current : []), undoable]);
      },
    };
  }, [announce, isShown, notify, withdraw]);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
        return;
      // Behind a question nothing is to change.
      const isAsked = event.target instanceof Element && event.target.closest('.dialog') !== null;
      if (event.defaultPrevented || isAsked || hasOwnUndo(event.target)) return;
      if (takeBackLatest()) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
      withdraw(SLOT);
    };
  }, [takeBackLatest, withdraw]);

  return <UndoContext value={offer}>{children}</UndoContext>;
};
