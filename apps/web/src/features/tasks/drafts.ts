import { readAccountId } from '../../session.ts';

let draft = { accountId: readAccountId(), title: '' };

/** What was typed but not added yet. It outlives the page's views and an expired session, never a change of account. */
export const readDraft = (): string => (draft.accountId === readAccountId() ? draft.title : '');

export const keepDraft = (title: string): void => {
  draft = { accountId: readAccountId(), title };
};
