import { changeClock, tasks } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  crash,
  create,
  expectState,
  expectTitles,
  readServer,
  readShown,
  show,
  remove,
  restore,
  SENT,
  toId,
  update,
  write,
} from './harness/sync-page.ts';
import { type Account, setSyncStage, type SyncStage } from './harness/sync-stage.ts';

let stage: SyncStage;
let account: Account;
let profile: BrowserContext;
beforeAll(async () => {
  stage = await setSyncStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.proxy.trouble = () => undefined;
  account = await stage.makeAccount();
  profile = await stage.openProfile();
  return () => profile.close();
});

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
const createRandom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

interface Expected {
  title: string;
  completed: boolean;
  deleted: boolean;
}

/** A change that fits what there is by now, and what there is after it. */
const chooseChange = (random: () => number, expected: Map<number, Expected>, step: number): object => {
  const number = Math.floor(random() * expected.size);
  const task = expected.get(number);
  if (task === undefined || random() < 0.2) {
    const added = expected.size;
    expected.set(added, { title: `Step ${step}`, completed: false, deleted: false });
    return create(added, `Step ${step}`);
  }
  if (task.deleted || random() < 0.15) {
    task.deleted = !task.deleted;
    return task.deleted ? remove(number) : restore(number);
  }
  if (random() < 0.3) {
    task.completed = !task.completed;
    return update(number, { completed: task.completed });
  }
  task.title = `Step ${step}`;
  return update(number, { title: task.title });
};

const listExpected = (expected: Map<number, Expected>): string[] =>
  [...expected].map(([number, task]) => `${toId(number)} ${task.title} ${task.completed} ${task.deleted}`).toSorted();

describe.each([
  ['with Web Locks', false],
  ['without Web Locks, on plain http', true],
])('two tabs, %s', (_, isPlain) => {
  const openTab = async (): Promise<Page> => {
    const page = await stage.openTab(profile, account, { isPlain });
    expect(await page.evaluate('"locks" in navigator')).toBe(!isPlain);
    return page;
  };

  test('have one leader, which sends for both; the other takes over when it is closed', async () => {
    const first = await openTab();
    await expectState(first, SENT);
    const second = await openTab();
    await write(second, create(1, 'By the follower'));
    for (const page of [first, second]) {
      await expectTitles(page, ['By the follower']);
      await expectState(page, SENT);
    }
    expect(stage.proxy.countStreams()).toBe(1);
    await first.close();
    await write(second, create(2, 'By the heir'));
    await expectState(second, SENT);
    expect(stage.proxy.countStreams()).toBe(1);
    expect(await readServer(stage, account)).toEqual(await readShown(second));
    await stage.call(account, 'POST /api/tasks', { title: 'Elsewhere' });
    await expectTitles(second, ['Elsewhere', 'By the heir', 'By the follower']);
  });

  test('lose and double nothing, and keep the order, whatever the network and the server do and whenever they are closed', async () => {
    const random = createRandom(isPlain ? 7 : 4);
    const expected = new Map<number, Expected>();
    stage.proxy.trouble = (procedure) => {
      const dice = random();
      if (dice < 0.15) return 'drop';
      if (dice < 0.25 && procedure !== 'sync.changes') return 'lose-answer';
      return dice < 0.28 ? { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'Not now.' } : undefined;
    };
    const tabs = [await openTab(), await openTab()];
    let serverCrash = Promise.resolve();
    for (let step = 0; step < (isPlain ? 60 : 140); step += 1) {
      const slot = Math.floor(random() * 2);
      const [tab] = tabs.slice(slot);
      if (tab === undefined) throw new Error('There is no such tab.');
      const change = chooseChange(random, expected, step);
      const dice = random();
      // What is on screen is safe: a tab that goes at once has not lost it.
      await (dice < 0.08 ? show(tab, change) : write(tab, change));
      if (dice < 0.04) {
        await (dice < 0.02 ? crash(tab) : tab.close());
        tabs[slot] = await openTab();
        await tabs[slot].waitForFunction('readState().isLoaded');
      } else if (dice < 0.08) await tab.reload().then(() => tab.waitForFunction('window.sync && readState().isLoaded'));
      else if (dice < 0.1) stage.proxy.cutStreams();
      if (step === 40) serverCrash = stage.crashServer();
    }
    await serverCrash;
    stage.proxy.trouble = () => undefined;
    for (const tab of tabs) await expectState(tab, SENT);
    expect(await readServer(stage, account)).toEqual(listExpected(expected));
    for (const tab of tabs) await expect.poll(() => readShown(tab)).toEqual(listExpected(expected));
  });
});

test('a tab without messages from the others catches up from the database', async () => {
  const deaf = await stage.openProfile('delete window.BroadcastChannel');
  const first = await stage.openTab(deaf, account);
  await expectState(first, SENT);
  const second = await stage.openTab(deaf, account);
  await write(second, create(1, 'Unheard'));
  await expectTitles(first, ['Unheard']);
  await expectState(second, { pending: 0 });
  await deaf.close();
});

describe('where the browser keeps nothing', () => {
  const DENY = 'IDBFactory.prototype.open = () => { throw new DOMException("No.", "SecurityError"); }';

  test('from the start, a tab does it all in memory and says so', async () => {
    const denied = await stage.openProfile(DENY);
    const page = await stage.openTab(denied, account);
    await expectState(page, { isDurable: false, connection: 'live' });
    await write(page, create(1, 'In memory'));
    await expectState(page, { ...SENT, isDurable: false });
    expect(await readServer(stage, account)).toEqual([`${toId(1)} In memory false false`]);
    await denied.close();
  });

  test('any more, because there is no room, a tab sends what was not stored, also a tab that does not lead', async () => {
    const leader = await stage.openTab(profile, account);
    await expectState(leader, SENT);
    const page = await stage.openTab(profile, account);
    await expectState(page, { ...SENT, isDurable: true });
    await page.evaluate(
      `const { add } = IDBObjectStore.prototype;
       IDBObjectStore.prototype.add = function (value) {
         if (value.fields.title === 'No room') throw new DOMException('Full.', 'QuotaExceededError');
         return add.call(this, value);
       }`,
    );
    stage.proxy.trouble = () => 'drop';
    await write(page, create(1, 'No room'));
    await write(page, update(1, { title: 'Room again' }));
    await expectState(page, { pending: 2, isDurable: false });
    stage.proxy.trouble = () => undefined;
    await expectState(page, { pending: 0, failed: [] });
    await expectTitles(leader, ['Room again']);
  });

  test('any more, because it was cleared, a tab goes on with what it has', async () => {
    const page = await stage.openTab(profile, account, { isPlain: true });
    await write(page, create(1, 'One'));
    await expectState(page, SENT);
    stage.proxy.trouble = () => 'drop';
    await write(page, update(1, { title: 'Two' }));
    const browser = await profile.newCDPSession(page);
    const origin: string = await page.evaluate('location.origin');
    await browser.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    await expectState(page, { isDurable: false, pending: 1 });
    await write(page, update(1, { completed: true }));
    stage.proxy.trouble = () => undefined;
    await expectState(page, { ...SENT, isDurable: false });
    expect(await readServer(stage, account)).toEqual([`${toId(1)} Two true false`]);
  });
});

describe('what is held', () => {
  const fill = (fields: Partial<typeof tasks.$inferInsert>, count: number, first: number) =>
    stage.database.db.insert(tasks).values(
      Array.from({ length: count }, (_, index) => ({
        userId: account.id,
        id: toId(first + index),
        title: `Task ${first + index}`,
        createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, first + index)).toISOString(),
        revision: 1,
        ...fields,
      })),
    );
  const count = (page: Page, list: string): Promise<unknown> => page.evaluate(`sync.getSnapshot().${list}.length`);

  test('grows by older completed tasks and by the trash on demand, and outlives a reload', async () => {
    await stage.database.db.insert(changeClock).values({ userId: account.id, revision: 1 });
    await fill({ completedAt: '2026-02-01T00:00:00.000Z' }, 640, 0);
    await fill({ deletedAt: new Date().toISOString() }, 120, 1_000);
    const page = await stage.openTab(profile, account);
    await expectState(page, { ...SENT, hasMoreCompleted: true, hasMoreTrash: true });
    expect([await count(page, 'completed'), await count(page, 'trash')]).toEqual([500, 0]);
    await page.evaluate('sync.loadMore("completed")');
    expect(await count(page, 'completed')).toBe(600);
    await page.evaluate('Promise.all([sync.loadMore("completed"), sync.loadMore("trash")])');
    await page.evaluate('sync.loadMore("trash")');
    await expectState(page, { hasMoreCompleted: false, hasMoreTrash: false });
    await page.evaluate('sync.close()');
    stage.proxy.trouble = () => 'drop';
    await page.reload();
    await expectState(page, { isLoaded: true, hasMoreCompleted: false, hasMoreTrash: false, connection: 'offline' });
    expect([await count(page, 'completed'), await count(page, 'trash')]).toEqual([640, 120]);
    expect(await page.evaluate('readTitles("completed")[0]')).toBe('Task 639');
  });

  test('is forgotten where the server has purged more than a tab has heard of', async () => {
    const page = await stage.openTab(profile, account);
    const other = await stage.openTab(profile, account);
    for (const number of [1, 2]) await write(page, create(number, `Task ${number}`));
    await expectState(other, { ...SENT, open: [{}, {}] });
    stage.proxy.trouble = () => 'drop';
    stage.proxy.cutStreams();
    await stage.call(account, 'POST /api/tasks', { title: 'Since then' });
    await stage.database.db.delete(tasks).where(eq(tasks.id, toId(1)));
    await stage.database.db.update(changeClock).set({ purgedRevision: sql`${changeClock.revision}` });
    stage.proxy.trouble = () => undefined;
    for (const tab of [page, other]) await expectTitles(tab, ['Since then', 'Task 2']);
  });

  test('shows by its first rows, and by how many there are, before all of it is read', async () => {
    await stage.database.db.insert(changeClock).values({ userId: account.id, revision: 1 });
    await fill({}, 120, 0);
    await fill({ completedAt: '2026-02-01T00:00:00.000Z' }, 70, 200);
    const page = await stage.openTab(profile, account);
    await expectState(page, { ...SENT, counts: { open: 120, completed: 70, trash: 0 } });
    stage.proxy.trouble = () => 'drop';
    // Far down, at the top, and new.
    for (const number of [5, 119]) await write(page, update(number, { completed: true }));
    await write(page, create(300, 'New'));
    await page.evaluate('sync.close()');
    await profile.addInitScript(`
      const { getAll } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.getAll = function (...range) {
        if (this.name === 'tasks') throw new DOMException('Not yet.');
        return getAll.apply(this, range);
      };
    `);
    await page.reload();
    const counts = { open: 119, completed: 72, trash: 0 };
    await expectState(page, { isLoaded: true, isWhole: false, counts, connection: 'offline', pending: 3 });
    expect(await page.evaluate('readTitles("open").slice(0, 3)')).toEqual(['New', 'Task 118', 'Task 117']);
    expect(await count(page, 'open')).toBeLessThan(60);
    stage.proxy.trouble = () => undefined;
    await expectState(page, { ...SENT, isWhole: true, counts });
    expect(await count(page, 'open')).toBe(119);
  });

  test('is more than fits into one message or one transaction, without trouble', async () => {
    await stage.database.db.insert(changeClock).values({ userId: account.id, revision: 1 });
    await fill({}, 2_000, 0);
    const page = await stage.openTab(profile, account);
    const other = await stage.openTab(profile, account);
    for (const tab of [page, other]) {
      await expectState(tab, { connection: 'live' });
      await expect.poll(() => count(tab, 'open')).toBe(2_000);
    }
    await write(page, update(1_000, { completed: true }));
    await expect.poll(() => count(other, 'open')).toBe(1_999);
    await page.evaluate('sync.close()');
    await page.reload();
    await expect.poll(() => count(page, 'open')).toBe(1_999);
  });
});
