import type { Task } from '@docket/domain';
import type { BaseFacts } from './base-facts.ts';
import type { ListCounts } from './task-lists.ts';
import type { Write } from './writes.ts';

/** More than fit on a tall screen. */
export const FIRST_ROWS = 50;

/** The newest tasks of the base, and how many it has in each list: what a page shows ahead of all the others. */
export interface FirstRows {
  readonly tasks: readonly Task[];
  readonly counts: ListCounts;
}

/** With the outbox and every task of the base that it changes, so that what is shown is already as it stays. */
export interface StoredFirstRows extends FirstRows {
  readonly facts: BaseFacts;
  readonly writes: readonly Write[];
}
