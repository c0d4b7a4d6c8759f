import type { Task } from '@docket/domain';
import type { Page } from './base-facts.ts';
import type { Connection } from './task-store.ts';
import type { Write } from './writes.ts';

/** Tasks that changed and writes that are done with. */
export interface StepMessage {
  readonly type: 'step';
  readonly epoch: string | null;
  /** From which revision to which the base went on; null where it did not. */
  readonly step: { readonly from: number; readonly to: number } | null;
  readonly tasks: readonly Task[];
  readonly done: readonly string[];
}

/** Hints between the tabs of one account. Each may get lost: what counts is in the database. */
export type TabMessage =
  | StepMessage
  /** Writes that were stored, or whose failure changed. */
  | { readonly type: 'written'; readonly writes: readonly Write[] }
  | { readonly type: 'page'; readonly page: Page }
  /** Too much for a message: read the database. */
  | { readonly type: 'look' }
  /** A tab that is new here asks how things stand. */
  | { readonly type: 'hello' }
  | { readonly type: 'connection'; readonly connection: Connection }
  /** It may be worth trying again now. */
  | { readonly type: 'wake' };

export interface TabChannel {
  post(message: TabMessage): void;
  close(): void;
}

const isMessage = (value: unknown): value is TabMessage =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

export const openTabChannel = (accountId: string, receive: (message: TabMessage) => void): TabChannel => {
  if (typeof BroadcastChannel === 'undefined') return { post: () => {}, close: () => {} };
  const channel = new BroadcastChannel(`docket-sync-${accountId}`);
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) receive(data);
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
};
