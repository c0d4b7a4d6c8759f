import { sessions, users } from '@docket/db';
import { and, eq, isNull, like, sql } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChaosProxy } from './harness/chaos-proxy.ts';
import { crash } from './harness/sync-page.ts';
import {
  andSave,
  expectStatus,
  expectTitles,
  listStored,
  openTab,
  setStage,
  signIn,
  signOut,
  type Stage,
} from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNAUTHORIZED = /status of 401/;
const CALLS = '**/trpc/**';

/** How many sessions of the account live that began in a browser. */
const countSessions = async (email: string): Promise<number> =>
  (
    await stage.database.db
      .select({ id: sessions.id })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(eq(users.email, email), isNull(sessions.revokedAt), like(sessions.userAgent, '%Chrome%')))
  ).length;

const tellOnline = (page: Page): Promise<unknown> => page.evaluate("window.dispatchEvent(new Event('online'))");

/** A page on which somebody has signed in. */
const visitAs = async (email: string, titles: string[]) => {
  const visit = await stage.visit('/sign-in');
  await signIn(visit.page, email);
  await expectTitles(visit.page, titles);
  return visit;
};

describe('signing out', () => {
  test('leaves nothing of the account in the browser, and another account sees nothing of it (ASVS 14.3.1)', async () => {
    const ada = await stage.makeAccount(['Of Ada']);
    const grace = await stage.makeAccount(['Of Grace']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, ada.email);
    await expectTitles(page, ['Of Ada']);
    expect(await listStored(page)).toHaveLength(1);
    await page.getByLabel('New task').fill('A secret of Ada');
    await signOut(page);
    await expect.poll(() => listStored(page)).toEqual([]);
    const texts = 'JSON.stringify([Object.values(sessionStorage), Object.values(localStorage)])';
    expect(await page.evaluate(texts)).not.toMatch(/Ada/);
    await signIn(page, grace.email);
    await expectTitles(page, ['Of Grace']);
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByText('The trash is empty').waitFor();
    expect(await listStored(page)).toHaveLength(1);
    expectQuiet();
    await close();
  });

  test('asks first where changes would be lost, and says how many', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    await page.route('**/trpc/tasks.*', (route) => route.abort());
    for (const title of ['One', 'Two']) {
      await page.getByLabel('New task').fill(title);
      await page.getByLabel('New task').press('Enter');
    }
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: '2 changes have not been saved' }).waitFor();
    const stay = page.getByRole('button', { name: 'Stay signed in' });
    const [one, two] = [await stay.boundingBox(), await page.getByRole('button', { name: 'lose them' }).boundingBox()];
    expect((two?.x ?? 0) - (one?.x ?? 0) - (one?.width ?? 0)).toBeGreaterThan(4);
    await stay.click();
    await expectTitles(page, ['Two', 'One', 'Here']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out and lose them' }).click();
    await page.waitForURL('**/sign-in');
    await page.unrouteAll();
    await expect.poll(() => listStored(page)).toEqual([]);
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    expectQuiet(/ERR_FAILED/);
    await close();
  });

  test('is not what an expired session is: the former account`s unsent changes wait for it, and no other sees them', async () => {
    const ada = await stage.makeAccount(['Of Ada']);
    const grace = await stage.makeAccount(['Of Grace']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, ada.email);
    await expectTitles(page, ['Of Ada']);
    await expectStatus(page, 'All changes saved');
    await page.context().setOffline(true);
    await page.getByLabel('New task').fill('Unsent');
    await page.getByLabel('New task').press('Enter');
    await expectStatus(page, 'Offline: 1 change waits');
    await stage.database.db.update(sessions).set({ revokedAt: sql`now()` });
    await page.context().setOffline(false);
    await page.getByText('Your session has ended').waitFor();
    await signIn(page, grace.email);
    await expectTitles(page, ['Of Grace']);
    await signOut(page);
    await andSave(page, 'tasks.create', () => signIn(page, ada.email));
    await expectTitles(page, ['Unsent', 'Of Ada']);
    expectQuiet(UNAUTHORIZED, /ERR_INTERNET_DISCONNECTED/);
    await close();
  });
});

describe('a sign-out that the server could not be told', () => {
  test('is finished as soon as it can be, and until then nobody goes on with the session (ASVS 7.4.1)', async () => {
    const { email } = await stage.makeAccount(['Of Ada']);
    const { page, expectQuiet, close } = await visitAs(email, ['Of Ada']);
    const other = await openTab(page);
    await expectTitles(other, ['Of Ada']);
    await page.context().route(CALLS, (route) => route.abort());
    await signOut(page);
    await page.getByText('Docket could not be told yet').first().waitFor();
    await other.waitForURL('**/sign-in');
    await page.evaluate("localStorage.setItem('docket.account-id', 'x')");
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await countSessions(email)).toBe(1);
    await page.context().unroute(CALLS);
    await tellOnline(page);
    await expect.poll(() => page.context().cookies()).toEqual([]);
    expect(await countSessions(email)).toBe(0);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
    expectQuiet(/ERR_FAILED/);
    await close();
  });

  test('because its tab was killed is finished by the next page, which holds nothing of the account', async () => {
    const { email } = await stage.makeAccount(['Of Ada']);
    const { page, close } = await visitAs(email, ['Of Ada']);
    const other = await openTab(page);
    await expectTitles(other, ['Of Ada']);
    await other.goto('about:blank');
    // Held back for good.
    const asked = page.waitForRequest('**/trpc/auth.logout');
    await page.route('**/trpc/auth.logout', () => {});
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await asked;
    await crash(page);
    await other.goto(stage.server.url);
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    await expect.poll(() => other.context().cookies()).toEqual([]);
    await expect.poll(() => listStored(other)).toEqual([]);
    expect(await countSessions(email)).toBe(0);
    await close();
  });

  test('comes ahead of whoever signs in next', async () => {
    const ada = await stage.makeAccount(['Of Ada']);
    const grace = await stage.makeAccount(['Of Grace']);
    const { page, expectQuiet, close } = await visitAs(ada.email, ['Of Ada']);
    const end = '**/trpc/auth.{logout,endCookieSession}';
    await page.context().route(end, (route) => route.abort());
    await signOut(page);
    await signIn(page, grace.email);
    await page.getByText('Docket cannot be reached.').waitFor();
    await page.context().unroute(end);
    await signIn(page, grace.email);
    await expectTitles(page, ['Of Grace']);
    expect([await countSessions(ada.email), await countSessions(grace.email)]).toEqual([0, 1]);
    await page.reload();
    await expectTitles(page, ['Of Grace']);
    expectQuiet(/ERR_FAILED/);
    await close();
  });
});

test('the answer to a refresh that comes late does not sign out whoever signed in meanwhile', async () => {
  const ada = await stage.makeAccount(['Of Ada']);
  const grace = await stage.makeAccount(['Of Grace']);
  const proxy = await startChaosProxy(stage.server.url);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  const url = `http://localhost:${proxy.port}`;
  await page.goto(`${url}/sign-in`);
  await signIn(page, ada.email);
  await expectTitles(page, ['Of Ada']);
  const other = await openTab(page);
  await expectTitles(other, ['Of Ada']);
  // Its answer is made, and held back.
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answered = new Promise<void>((resolve) => {
    proxy.delay = async (procedure) => {
      if (procedure !== 'auth.refresh') return;
      proxy.delay = async () => {};
      resolve();
      await held;
    };
  });
  await other.reload();
  await answered;
  await signOut(page);
  await signIn(page, grace.email);
  await expectTitles(page, ['Of Grace']);
  release();
  await expectTitles(other, ['Of Grace']);
  await page.reload();
  await expectTitles(page, ['Of Grace']);
  expectQuiet(/ERR_ABORTED/);
  await close();
  await proxy.close();
});

describe('a cookie that came from elsewhere, such as another port of the host, signs nobody in', () => {
  const readCookie = async (page: Page) => {
    const [cookie] = await page.context().cookies();
    if (cookie === undefined) throw new Error('This browser has no cookie.');
    return cookie;
  };

  test.each(['beside one`s own', 'instead of it'])('%s', async (place) => {
    const ada = await stage.makeAccount(['Of Ada']);
    const eve = await stage.makeAccount(['Of Eve']);
    const theirs = await visitAs(eve.email, ['Of Eve']);
    const { page, expectQuiet, close } = await visitAs(ada.email, ['Of Ada']);
    const isInstead = place === 'instead of it';
    if (isInstead) await page.context().clearCookies();
    await page.context().addCookies([{ ...(await readCookie(theirs.page)), path: isInstead ? '/' : '/trpc' }]);
    await theirs.close();
    await page.reload();
    await page.getByText('Your session has ended').waitFor();
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
    expectQuiet(UNAUTHORIZED);
    await close();
  });
});

test('a tab that does not let go of the tasks keeps nobody from signing in after a sign-out', async () => {
  const { email } = await stage.makeAccount(['Of Ada']);
  const { page, expectQuiet, close } = await visitAs(email, ['Of Ada']);
  const other = await openTab(page, '/livez');
  await other.evaluate(
    `indexedDB.databases().then(([{ name }]) => new Promise((resolve) => {
      indexedDB.open(name).onsuccess = ({ target }) => { window.held = target.result; resolve(); };
    }))`,
  );
  await page.clock.install();
  await signOut(page);
  const count = `new Promise((resolve) => {
    held.transaction('tasks').objectStore('tasks').count().onsuccess = ({ target }) => resolve(target.result);
  })`;
  await expect.poll(() => other.evaluate(count)).toBe(0);
  await signIn(page, email);
  // The deletion is waited for no longer than this, nor is the opening that it keeps waiting.
  await page.clock.fastForward(3_000);
  await page.getByLabel('New task').waitFor();
  await page.clock.fastForward(5_000);
  await expectTitles(page, ['Of Ada']);
  await other.close();
  await page.reload();
  await expectTitles(page, ['Of Ada']);
  expectQuiet();
  await close();
});
