import type { Changes, Task } from '@docket/domain';
import { uuidv7 } from 'uuidv7';

/** The lists of which the server may have older tasks than are held. */
export type PagedList = 'completed' | 'trash';

/** How far down a list is held: up to `cursor`, or not at all where there is none. */
interface PageEdge {
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** Older tasks of a list, fetched on demand. */
export interface Page {
  readonly list: PagedList;
  /** Of the base that it goes on from. */
  readonly epoch: string;
  readonly tasks: readonly Task[];
  readonly edge: PageEdge;
}

/** Up to which revision the base is complete. `epoch` is another one after each reset. */
export interface BaseFacts {
  readonly revision: number;
  readonly epoch: string;
  readonly pages: Readonly<Record<PagedList, PageEdge>>;
}

/** How long the server keeps what was deleted. */
export const TRASH_KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

/** So many tasks of a list are fetched at a time: the most that the server gives. */
export const PAGE_SIZE = 100;

/** What is known of a base that begins with this answer. */
export const startFacts = ({ revision, olderCompleted }: Changes): BaseFacts => ({
  revision,
  epoch: uuidv7(),
  pages: {
    completed: { cursor: olderCompleted, hasMore: olderCompleted !== null },
    trash: { cursor: null, hasMore: true },
  },
});
