import { createContext, type ReactNode, use, useEffect, useMemo, useRef } from 'react';
import { useNotices } from '../../components/notices.tsx';
import { hasOwnUndo } from '../../components/use-shortcut.ts';
import { focusRow } from './row-focus.ts';

/** Something done to a task that can be taken back. */
interface Undoable {
  readonly taskId: string;
  /** What was done, for the notice. */
  readonly message: string;
  /** What is said once it is taken back. */
  readonly undone: string;
  readonly undo: () => void;
}

type OfferUndo = (undoable: Undoable) => void;

const SLOT = 'undo';
const KEPT = 100;

const UndoContext = createContext<OfferUndo | null>(null);

/** Shows what was done with a way to take it back. The same one for as long as the page lives. */
export const useUndo = (): OfferUndo => {
  const offer = use(UndoContext);
  if (!offer) throw new Error('useUndo needs an UndoProvider around it.');
  return offer;
};

/** Keeps what can be taken back, the latest first: by the notice, or by Ctrl+Z wherever no text field has one of its own. */
export const UndoProvider = ({ children }: { readonly children: ReactNode }) => {
  const { announce, notify, withdraw } = useNotices();
  const done = useRef<Undoable[]>([]);

  const { offer, takeBack } = useMemo(() => {
    const takeBackOne = (undoable: Undoable) => {
      if (!done.current.includes(undoable)) return;
      done.current = done.current.filter((one) => one !== undoable);
      undoable.undo();
      withdraw(SLOT);
      announce(undoable.undone);
      // Once the row is back.
      setTimeout(() => focusRow(undoable.taskId));
    };
    return {
      takeBack: () => {
        const latest = done.current.at(-1);
        if (latest) takeBackOne(latest);
        return latest !== undefined;
      },
      offer: (undoable: Undoable) => {
        done.current = [...done.current, undoable].slice(-KEPT);
        notify({
          slot: SLOT,
          message: undoable.message,
          action: { label: 'Undo', shortcut: 'Control+Z Meta+Z', run: () => takeBackOne(undoable) },
        });
      },
    };
  }, [announce, notify, withdraw]);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
        return;
      if (event.defaultPrevented || hasOwnUndo(event.target)) return;
      if (takeBack()) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
      withdraw(SLOT);
    };
  }, [takeBack, withdraw]);

  return <UndoContext value={offer}>{children}</UndoContext>;
};
