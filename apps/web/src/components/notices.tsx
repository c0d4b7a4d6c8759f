import './notices.css';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { Button, IconButton } from './button.tsx';
import { CloseIcon } from './icons.tsx';
import { useTopDialog } from './top-dialog.ts';

type Notice = {
  readonly message: string;
  /** It stays until it is dismissed. */
  readonly isLasting?: boolean;
  /** Of the notices with one name only the latest is shown. */
  readonly slot?: string;
  readonly action?: { readonly label: string; readonly shortcut?: string; readonly run: () => void };
};
type ShownNotice = Notice & { readonly key: number };

type Notices = {
  /** Says something to those who listen, and shows nothing. */
  readonly announce: (message: string) => void;
  /** Shows a notice at the foot of the page and says it. */
  readonly notify: (notice: Notice) => void;
  /** Whether a slot's notice is still there. */
  readonly isShown: (slot: string) => boolean;
  /** Takes a slot's notice away. */
  readonly withdraw: (slot: string) => void;
  readonly clear: () => void;
};

const SHOWN_MILLISECONDS = 8_000;
const SHOWN_AT_ONCE = 3;

const isSame = (one: Notice, other: Notice): boolean =>
  one.message === other.message || (one.slot !== undefined && one.slot === other.slot);

const NoticesContext = createContext<Notices | null>(null);

export const useNotices = (): Notices => {
  const notices = use(NoticesContext);
  if (!notices) throw new Error('useNotices needs a NoticesProvider around it.');
  return notices;
};

/** An element that moves into the uppermost dialog, since what is outside of it can be neither pressed nor heard. */
const useUppermostPlace = (): HTMLElement => {
  const [place] = useState(() => document.createElement('div'));
  const dialog = useTopDialog();
  useLayoutEffect(() => {
    (dialog ?? document.body).append(place);
    return () => place.remove();
  }, [dialog, place]);
  return place;
};

export const NoticesProvider = ({ children }: { readonly children: ReactNode }) => {
  const [spoken, setSpoken] = useState({ message: '', count: 0 });
  const [shown, setShown] = useState<readonly ShownNotice[]>([]);
  const latestShown = useRef(shown);
  const nextKey = useRef(0);
  const place = useUppermostPlace();

  const change = useCallback((next: readonly ShownNotice[]) => {
    latestShown.current = next;
    setShown(next);
  }, []);
  const announce = useCallback((message: string) => setSpoken(({ count }) => ({ message, count: count + 1 })), []);
  const notices = useMemo<Notices>(
    () => ({
      announce,
      notify: (notice) => {
        nextKey.current += 1;
        const added = { ...notice, key: nextKey.current };
        change([...latestShown.current.filter((one) => !isSame(one, notice)), added].slice(-SHOWN_AT_ONCE));
        announce(notice.message);
      },
      isShown: (slot) => latestShown.current.some((one) => one.slot === slot),
      withdraw: (slot) => change(latestShown.current.filter((one) => one.slot !== slot)),
      clear: () => change([]),
    }),
    [announce, change],
  );
  const dismiss = useCallback((key: number) => change(latestShown.current.filter((one) => one.key !== key)), [change]);

  return (
    <NoticesContext value={notices}>
      {children}
      {createPortal(
        <>
          {/* A repeated sentence is a change too: the invisible space after every other one makes it so. */}
          <output className="visually-hidden" aria-live="polite">
            {spoken.message}
            {spoken.count % 2 === 0 ? '' : '\u00a0'}
          </output>
          <section className="notices" aria-label="Notices" hidden={shown.length === 0}>
            {shown.map((notice) => (
              <NoticeCard key={notice.key} notice={notice} onDismiss={dismiss} />
            ))}
          </section>
        </>,
        place,
      )}
    </NoticesContext>
  );
};

type NoticeCardProps = { readonly notice: ShownNotice; readonly onDismiss: (key: number) => void };

const NoticeCard = ({ notice, onDismiss }: NoticeCardProps) => {
  const { key, message, action, isLasting = false } = notice;
  const [isHeld, setIsHeld] = useState(false);

  useEffect(() => {
    if (isHeld || isLasting) return undefined;
    const timer = setTimeout(() => onDismiss(key), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isHeld, isLasting, key, onDismiss]);

  return (
    <div
      className="notice"
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      <p>{message}</p>
      {action === undefined ? null : (
        <Button
          tone="link"
          aria-keyshortcuts={action.shortcut}
          onClick={() => {
            onDismiss(key);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" side="above" onClick={() => onDismiss(key)}>
        <CloseIcon />
      </IconButton>
    </div>
  );
};
