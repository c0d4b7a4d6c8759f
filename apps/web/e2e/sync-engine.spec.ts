import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  create,
  expectState,
  expectTitles,
  readServer,
  readShown,
  readTitles,
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

const isWrite = (procedure: string): boolean => procedure.startsWith('tasks.') && procedure !== 'tasks.list';

describe('a write', () => {
  test('is on screen at once and with the server a moment later, and so is one from elsewhere', async () => {
    const page = await stage.openTab(profile, account);
    await expectState(page, { connection: 'live', isLoaded: true, isDurable: true });
    const shown = page.evaluate(
      `(() => { sync.write(${JSON.stringify(create(1, 'Here'))}); return [readTitles('open'), readState().pending, isInQueryCache()]; })()`,
    );
    expect(await shown).toEqual([['Here'], 1, true]);
    await expectState(page, SENT);
    await stage.call(account, 'POST /api/tasks', { title: 'Elsewhere' });
    await expectTitles(page, ['Elsewhere', 'Here']);
  });

  test('waits without a connection, outlives a reload, and goes out when the connection is back', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'Before'));
    await expectState(page, SENT);
    stage.proxy.trouble = () => 'drop';
    stage.proxy.cutStreams();
    await write(page, update(1, { title: 'After' }));
    await write(page, create(2, 'New'));
    await expectState(page, { connection: 'offline', pending: 2 });
    await page.reload();
    await expectTitles(page, ['New', 'After']);
    expect(await readServer(stage, account)).toEqual([`${toId(1)} Before false false`]);
    stage.proxy.trouble = () => undefined;
    await page.evaluate('window.dispatchEvent(new Event("online"))');
    await expectState(page, SENT);
    expect(await readServer(stage, account)).toEqual(await readShown(page));
  });

  test('outlives a tab that dies in the very moment', async () => {
    const page = await stage.openTab(profile, account);
    await expectState(page, { connection: 'live' });
    const written = page.waitForEvent('console');
    const change = JSON.stringify(create(1, 'The last'));
    page.evaluate(`sync.write(${change}); console.log('Written.'); for (;;);`).catch(() => {});
    await written;
    await page.close();
    const heir = await stage.openTab(profile, account);
    await expectTitles(heir, ['The last']);
    await expectState(heir, SENT);
  });

  test('does not show through a later one when its answer comes', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, '0'));
    await expectState(page, SENT);
    await page.evaluate(
      `window.seen = [];
       sync.subscribe(() => {
         const { title, deletedAt } = sync.getSnapshot().byId.get('${toId(1)}');
         seen.push(deletedAt === null ? title : 'deleted');
       })`,
    );
    let count = 0;
    stage.proxy.trouble = (procedure) => (isWrite(procedure) && (count += 1) % 3 === 0 ? 'lose-answer' : undefined);
    for (let number = 1; number <= 8; number += 1) await write(page, update(1, { title: String(number) }));
    await write(page, remove(1));
    await expectState(page, SENT);
    await stage.call(account, 'POST /api/tasks', { title: 'Later' });
    await expectTitles(page, ['Later']);
    const seen: unknown = await page.evaluate('seen.filter((title, index) => title !== seen[index - 1])');
    expect(seen).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', 'deleted']);
    expect(await readServer(stage, account)).toContain(`${toId(1)} 8 false true`);
  });

  test('can be undone after the server has it', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    const undo = async () => {
      await expectState(page, SENT);
      await page.evaluate('last.undo(), last.undo()');
      await expectState(page, SENT);
      return (await readServer(stage, account))[0];
    };
    await write(page, update(1, { completed: true }));
    expect(await undo()).toBe(`${toId(1)} One false false`);
    await write(page, update(1, { title: 'Two' }));
    expect(await undo()).toBe(`${toId(1)} One false false`);
    await write(page, remove(1));
    await expectTitles(page, ['One'], 'trash');
    expect(await undo()).toBe(`${toId(1)} One false false`);
    await expectTitles(page, ['One']);
    await write(page, create(2, 'Gone'));
    await undo();
    expect(await readServer(stage, account)).toContain(`${toId(2)} Gone false true`);
  });

  test('can be undone while it waits, and without touching what another window changed meanwhile', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await expectState(page, SENT);
    stage.proxy.trouble = (procedure) => (isWrite(procedure) ? 'drop' : undefined);
    await write(page, update(1, { title: 'Two' }));
    await stage.call(account, `PATCH /api/tasks/${toId(1)}`, { completed: true });
    await expectTitles(page, ['Two'], 'completed');
    await page.evaluate('last.undo()');
    expect(await readTitles(page, 'completed')).toEqual(['One']);
    await write(page, create(2, 'Never sent'));
    await page.evaluate('last.undo()');
    expect(await readTitles(page)).toEqual([]);
    stage.proxy.trouble = () => undefined;
    await page.evaluate('window.dispatchEvent(new Event("online"))');
    await expectState(page, SENT);
    expect(await readServer(stage, account)).toEqual([`${toId(1)} One true false`, `${toId(2)} Never sent false true`]);
  });
});

test('a write at which the server fails time and again keeps its task waiting, but no other, and goes in the end', async () => {
  const page = await stage.openTab(profile, account);
  await write(page, create(1, 'One'));
  await expectState(page, SENT);
  stage.proxy.trouble = (procedure) =>
    procedure === 'tasks.update'
      ? { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' }
      : undefined;
  await write(page, update(1, { title: 'Hard' }));
  await write(page, remove(1));
  await write(page, create(2, 'Two'));
  await expectState(page, { pending: 2, failed: [], connection: 'live' });
  expect(await readServer(stage, account)).toEqual([`${toId(1)} One false false`, `${toId(2)} Two false false`]);
  stage.proxy.trouble = () => undefined;
  await expectState(page, SENT);
  expect(await readServer(stage, account)).toContain(`${toId(1)} Hard false true`);
});

describe('a write that the server refuses', () => {
  const refuseFirst = () => {
    stage.proxy.trouble = (procedure) =>
      procedure === 'tasks.update' ? { status: 403, code: 'FORBIDDEN', message: 'Not today.' } : undefined;
  };

  test('keeps what follows for its task waiting, lets others go on, and goes when it is tried again, in any tab', async () => {
    const page = await stage.openTab(profile, account);
    const other = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await expectState(other, SENT);
    refuseFirst();
    await write(page, update(1, { title: 'Refused' }));
    await write(page, remove(1));
    await write(page, create(2, 'Two'));
    const failed = [{ failure: { code: 'FORBIDDEN', message: 'Not today.' }, fields: { title: 'Refused' } }];
    for (const tab of [page, other]) await expectState(tab, { failed, pending: 1 });
    expect(await readServer(stage, account)).toEqual([`${toId(1)} One false false`, `${toId(2)} Two false false`]);
    stage.proxy.trouble = () => undefined;
    await other.evaluate('sync.retry(sync.getSnapshot().failed[0].writeId)');
    for (const tab of [page, other]) await expectState(tab, SENT);
    expect(await readServer(stage, account)).toEqual([`${toId(1)} Refused false true`, `${toId(2)} Two false false`]);
  });

  test('is given up together with what follows for its task, also by undoing it', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await expectState(page, SENT);
    refuseFirst();
    await write(page, update(1, { title: 'Refused' }));
    await page.evaluate('window.first = last');
    await write(page, update(1, { completed: true }));
    await expectState(page, { failed: [{ fields: { title: 'Refused' } }], pending: 1 });
    expect(await readTitles(page, 'completed')).toEqual(['Refused']);
    await page.evaluate('first.undo()');
    expect(await readTitles(page)).toEqual(['One']);
    await page.reload();
    await expectTitles(page, ['One']);
    await expectState(page, SENT);
  });

  test('says so where the task was deleted elsewhere, until it is restored, and where a field is wrong', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await write(page, create(2, 'x'.repeat(501)));
    await expectState(page, { failed: [{ failure: { message: expect.stringContaining('at most 500 characters') } }] });
    stage.proxy.trouble = () => 'drop';
    await write(page, update(1, { title: 'Late' }));
    await stage.call(account, `DELETE /api/tasks/${toId(1)}`);
    stage.proxy.trouble = () => undefined;
    await expectState(page, {
      failed: [{ taskId: toId(2) }, { failure: { code: 'NOT_FOUND', message: 'The task was deleted elsewhere.' } }],
    });
    await write(page, restore(1));
    await expectState(page, { failed: [{ taskId: toId(2) }], pending: 0 });
    expect(await readServer(stage, account)).toEqual([`${toId(1)} Late false false`]);
  });

  test('is done where a deletion finds nothing', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await expectState(page, SENT);
    await stage.call(account, `DELETE /api/tasks/${toId(1)}`);
    await write(page, remove(1));
    await expectState(page, SENT);
    await expectTitles(page, ['One'], 'trash');
  });

  test('shows a deletion that the server has while the news of it are held up', async () => {
    const page = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await expectState(page, SENT);
    stage.proxy.trouble = (procedure) => (isWrite(procedure) ? undefined : 'drop');
    stage.proxy.cutStreams();
    await write(page, remove(1));
    await expectState(page, { pending: 0, open: [], trash: [{ title: 'One' }] });
    await page.reload();
    await expectTitles(page, ['One'], 'trash');
  });

  test('waits as long as the server says, whatever else is written meanwhile', async () => {
    const page = await stage.openTab(profile, account);
    await expectState(page, SENT);
    stage.proxy.calls.length = 0;
    stage.proxy.trouble = (procedure) =>
      isWrite(procedure)
        ? { status: 429, code: 'TOO_MANY_REQUESTS', message: 'Too often.', retryAfterSeconds: 6 }
        : undefined;
    for (let number = 1; number <= 5; number += 1) await write(page, create(number, String(number)));
    await expect.poll(() => stage.proxy.calls.filter(isWrite)).toHaveLength(1);
    await write(page, create(6, '6'));
    await page.evaluate('window.dispatchEvent(new Event("online"))');
    await expect.poll(() => stage.proxy.calls).toContain('sync.changes');
    expect(stage.proxy.calls.filter(isWrite)).toHaveLength(1);
    stage.proxy.trouble = () => undefined;
    await expectState(page, SENT);
    expect(stage.proxy.calls.filter(isWrite)).toHaveLength(7);
  });
});

describe('a session that ended', () => {
  test('keeps the outbox for the same account, and from another one', async () => {
    const page = await stage.openTab(profile, account);
    await expectState(page, SENT);
    await stage.call(account, 'POST /api/auth/logout');
    await write(page, create(1, 'Kept'));
    await expectState(page, { connection: 'signed-out', signOuts: 1, pending: 1 });
    await write(page, create(2, 'Kept, too'));
    await page.close();
    const stranger = await stage.openTab(profile, await stage.makeAccount());
    await expectState(stranger, { ...SENT, open: [] });
    const back = await stage.openTab(profile, await stage.signIn(account));
    await expectState(back, SENT);
    expect(await readServer(stage, account)).toEqual([
      `${toId(1)} Kept false false`,
      `${toId(2)} Kept, too false false`,
    ]);
    expect(await readTitles(stranger)).toEqual([]);
  });

  test('by signing out leaves nothing behind, also where another tab is open', async () => {
    const page = await stage.openTab(profile, account);
    const other = await stage.openTab(profile, account);
    await write(page, create(1, 'One'));
    await expectState(other, SENT);
    await page.evaluate('sync.wipe()');
    expect(await page.evaluate('indexedDB.databases()')).toEqual([]);
    await expect.poll(() => stage.proxy.countStreams()).toBe(0);
  });
});
