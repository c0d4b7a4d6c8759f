import { parseRecord } from '../../records.ts';
import { readAccountId, readSessionEnd, subscribeToSession } from '../../session.ts';

const STORAGE_KEY = 'docket.draft';

interface Draft {
  readonly accountId: string | null;
  readonly title: string;
}

const NONE: Draft = { accountId: null, title: '' };

const readStored = (): Draft => {
  try {
    const { accountId, title } = parseRecord(sessionStorage.getItem(STORAGE_KEY)) ?? {};
    return typeof accountId === 'string' && typeof title === 'string' ? { accountId, title } : NONE;
  } catch {
    return NONE;
  }
};

let draft = readStored();

const keep = (next: Draft): void => {
  draft = next;
  try {
    if (next.title === '') sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  } catch {
    // Storage is denied or full: the draft then lives as long as this page.
  }
};

/** What was typed but not added yet. It outlives a reload and an expired session, never a sign-out or a change of account. */
export const readDraft = (): string => (draft.accountId === readAccountId() ? draft.title : '');

export const keepDraft = (title: string): void => keep({ accountId: readAccountId(), title });

subscribeToSession(() => {
  const accountId = readAccountId();
  const isStillWanted = accountId === null ? readSessionEnd() === 'expiry' : accountId === draft.accountId;
  if (!isStillWanted) keep(NONE);
});
