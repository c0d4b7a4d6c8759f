import { tasks } from '@docket/db';
import { eq } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Account, SyncStage } from './sync-stage.ts';

type List = 'open' | 'completed' | 'trash';

export const toId = (number: number): string => `018f2c6e-7d1a-7c3b-9a52-${String(number).padStart(12, '0')}`;
export const create = (number: number, title: string) => ({ kind: 'create', taskId: toId(number), fields: { title } });
export const update = (number: number, fields: object) => ({ kind: 'update', taskId: toId(number), fields });
export const remove = (number: number) => ({ kind: 'delete', taskId: toId(number) });
export const restore = (number: number) => ({ kind: 'restore', taskId: toId(number) });

/** Resolves when the write is stored. */
export const write = (page: Page, change: object): Promise<unknown> =>
  page.evaluate(`(window.last = sync.write(${JSON.stringify(change)})).stored`);

/** Resolves when the write is on screen. */
export const show = (page: Page, change: object): Promise<unknown> =>
  page.evaluate(`void sync.write(${JSON.stringify(change)})`);

/** Ends the tab's process, whatever it is about. */
export const crash = async (page: Page): Promise<void> => {
  const browser = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // Nobody is left to answer.
  browser.send('Page.crash').catch(() => {});
  await crashed;
  await page.close();
};

const readState = (page: Page): Promise<unknown> => page.evaluate('readState()');
export const expectState = (page: Page, state: object): Promise<void> =>
  expect.poll(() => readState(page)).toMatchObject(state);
/** Nothing waits, and the stream is open. */
export const SENT = { pending: 0, failed: [], connection: 'live' };

export const readTitles = (page: Page, list: List = 'open'): Promise<unknown> => page.evaluate(`readTitles('${list}')`);
export const expectTitles = (page: Page, titles: string[], list: List = 'open'): Promise<void> =>
  expect.poll(() => readTitles(page, list)).toEqual(titles);

/** Every task in the database, one a line. */
export const readServer = async ({ database }: SyncStage, account: Account): Promise<string[]> =>
  (await database.db.select().from(tasks).where(eq(tasks.userId, account.id)))
    .map((task) => `${task.id} ${task.title} ${task.completed} ${task.deletedAt !== null}`)
    .toSorted();

/** Every task in a tab, likewise. */
export const readShown = (page: Page): Promise<unknown> =>
  page.evaluate(
    '[...sync.getSnapshot().byId.values()].map((task) => `${task.id} ${task.title} ${task.completed} ${task.deletedAt !== null}`).sort()',
  );
