import { sessions } from '@docket/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { andSave, expectStatus, expectTitles, openTab, setStage, signIn, signOut, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNAUTHORIZED = /status of 401/;
const REFRESH = '**/trpc/auth.refresh';

describe('a reload', () => {
  test('stays signed in, by a cookie that no script can read, and no token is stored (ASVS 3.3.4, 14.3.3)', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    await page.reload();
    await expectTitles(page, ['Here']);
    expect(await page.context().cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict', path: '/' }]);
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual(['docket.account-id']);
    expect(await page.evaluate('localStorage.getItem("docket.account-id")')).toMatch(/^[0-9a-f-]{36}$/);
    const [refreshToken] = await page.context().cookies();
    const stored = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(stored).not.toMatch(/eyJ/);
    expect(stored).not.toContain(refreshToken?.value);
    expectQuiet();
    await close();
  });

  test('asks for no session where nobody is signed in', async () => {
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(asked.filter((path) => path.startsWith('/trpc'))).toEqual([]);
    expectQuiet();
    await close();
  });

  test('of many tabs at once leaves all of them signed in, time and again', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    const tabs = [page];
    while (tabs.length < 8) tabs.push(await openTab(page));
    for (const _ of [1, 2]) {
      await Promise.all(tabs.map((tab) => tab.reload()));
      for (const tab of tabs) await expectTitles(tab, ['Here']);
    }
    expectQuiet();
    await close();
  });

  test('of many tabs at once does so without the browser`s locks, too', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await page.context().addInitScript('delete Navigator.prototype.locks');
    await page.reload();
    expect(await page.evaluate('"locks" in navigator')).toBe(false);
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    const tabs = [page];
    while (tabs.length < 8) tabs.push(await openTab(page));
    await Promise.all(tabs.map((tab) => tab.reload()));
    for (const tab of tabs) await expectTitles(tab, ['Here']);
    expectQuiet();
    await close();
  });
});

describe('an outage while the page loads signs nobody out, and the tasks are there', () => {
  const OUTAGES: Record<string, { status: number; code: string } | null> = {
    'no connection': null,
    'the database away': { status: 503, code: 'SERVICE_UNAVAILABLE' },
    'too many calls': { status: 429, code: 'TOO_MANY_REQUESTS' },
    'a fault of the server': { status: 500, code: 'INTERNAL_SERVER_ERROR' },
  };

  test.each(Object.entries(OUTAGES))('%s', async (_, outage) => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    await page.route(REFRESH, (route) =>
      outage === null
        ? route.abort()
        : route.fulfill({
            status: outage.status,
            json: {
              error: {
                message: 'Not now.',
                code: -32000,
                data: { code: outage.code, httpStatus: outage.status, path: 'auth.refresh', requestId: 'request-7' },
              },
            },
          }),
    );
    await page.reload();
    await expectTitles(page, ['Here']);
    await expectStatus(page, outage === null ? 'Offline' : 'Connecting…');
    await page.unroute(REFRESH);
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await expectStatus(page, 'All changes saved');
    await expectTitles(page, ['Here']);
    expectQuiet(/ERR_FAILED|status of (?:503|429|500)/);
    await close();
  });
});

describe('a token that is refused', () => {
  test('is replaced, and the call repeated', async () => {
    const { email } = await stage.makeAccount(['Before']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Before']);
    await page.route(
      '**/trpc/tasks.create*',
      (route) => route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer of.bad.news' } }),
      { times: 1 },
    );
    await page.getByLabel('New task').fill('Written with an old token');
    await andSave(page, 'tasks.create', () => page.getByLabel('New task').press('Enter'));
    await expectTitles(page, ['Written with an old token', 'Before']);
    await page.reload();
    await expectTitles(page, ['Written with an old token', 'Before']);
    expectQuiet(UNAUTHORIZED);
    await close();
  });

  test('costs no session where the refresh fails on the way', async () => {
    const { email } = await stage.makeAccount(['Before']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Before']);
    await page.route('**/trpc/tasks.create*', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer of.bad.news' } }),
    );
    await page.route(REFRESH, (route) => route.abort());
    await page.getByLabel('New task').fill('Written in an outage');
    await page.getByLabel('New task').press('Enter');
    await expectStatus(page, 'Saving…');
    const refused = page.waitForResponse((response) => response.url().includes('auth.refresh'));
    await page.route(REFRESH, (route) =>
      route.fulfill({
        status: 403,
        json: {
          error: {
            message: 'Not from there.',
            code: -32003,
            data: { code: 'FORBIDDEN', httpStatus: 403, path: 'auth.refresh', requestId: 'request-7' },
          },
        },
      }),
    );
    await refused;
    await expectStatus(page, 'Saving…');
    await page.unrouteAll();
    await andSave(page, 'tasks.create', async () => {
      await page.evaluate("window.dispatchEvent(new Event('online'))");
    });
    await expectTitles(page, ['Written in an outage', 'Before']);
    expectQuiet(UNAUTHORIZED, /ERR_FAILED/, /status of 403/);
    await close();
  });

  test('is not waited for: near its end the next call replaces it', async () => {
    const { email } = await stage.makeAccount(['Before']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Before']);
    await page.evaluate('{ const now = Date.now; Date.now = () => now() + 6.5 * 86_400_000; }');
    await andSave(page, 'auth.refresh', async () => {
      await page.getByLabel('New task').fill('A week later');
      await page.getByLabel('New task').press('Enter');
    });
    await expectTitles(page, ['A week later', 'Before']);
    expectQuiet();
    await close();
  });
});

describe('a session that ended elsewhere', () => {
  test('leads to sign-in and back to where one was', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/completed');
    await page.waitForURL('**/sign-in?redirect=*');
    await signIn(page, email);
    await page.waitForURL('**/completed');
    await page.getByRole('heading', { name: 'Completed' }).waitFor();
    // Away meanwhile: an open page would hear of it by itself.
    await page.goto('about:blank');
    await stage.database.db.update(sessions).set({ revokedAt: sql`now()` });
    await page.goto(`${stage.server.url}/completed`);
    await page.waitForURL('**/sign-in?redirect=*');
    await page.getByText('Your session has ended').waitFor();
    await signIn(page, email);
    await page.waitForURL('**/completed');
    await page.getByRole('link', { name: /^Tasks/ }).click();
    await expectTitles(page, ['Here']);
    expectQuiet(UNAUTHORIZED);
    await close();
  });

  test('loses nothing that was typed', async () => {
    const { email } = await stage.makeAccount(['Before']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Before']);
    await expectStatus(page, 'All changes saved');
    await stage.database.db.update(sessions).set({ revokedAt: sql`now()` });
    await page.getByLabel('New task').fill('Written too late');
    await page.getByLabel('New task').press('Enter');
    await page.getByText('Your session has ended').waitFor();
    await andSave(page, 'tasks.create', () => signIn(page, email));
    await expectTitles(page, ['Written too late', 'Before']);
    expectQuiet(UNAUTHORIZED);
    await close();
  });
});

describe('two tabs', () => {
  test('signing out in one signs the other out, and signing in signs it in', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    const other = await openTab(page, '/completed');
    await other.getByRole('heading', { name: 'Completed' }).waitFor();
    await signOut(other);
    await page.waitForURL('**/sign-in');
    expect(await page.context().cookies()).toEqual([]);
    await signIn(other, email);
    await expectTitles(other, ['Here']);
    await expectTitles(page, ['Here']);
    expectQuiet();
    await close();
  });

  test('another account in one never leaves the other acting as the old one', async () => {
    const ada = await stage.makeAccount(['Of Ada']);
    const grace = await stage.makeAccount(['Of Grace']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, ada.email);
    await expectTitles(page, ['Of Ada']);
    await page.evaluate('localStorage.clear()');
    const other = await openTab(page, '/sign-in');
    await signIn(other, grace.email);
    await expectTitles(other, ['Of Grace']);
    await expectTitles(page, ['Of Grace']);
    expectQuiet();
    await close();
  });
});

test('the browser is asked to keep the tasks once there is a first change, and only once', async () => {
  const { email } = await stage.makeAccount(['Here']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await page.evaluate('window.asked = 0; StorageManager.prototype.persist = async () => (window.asked += 1) > 0');
  await signIn(page, email);
  await expectTitles(page, ['Here']);
  await expectStatus(page, 'All changes saved');
  expect(await page.evaluate('asked')).toBe(0);
  for (const title of ['First', 'Second']) {
    await page.getByLabel('New task').fill(title);
    await page.getByLabel('New task').press('Enter');
  }
  await expectTitles(page, ['Second', 'First', 'Here']);
  expect(await page.evaluate('asked')).toBe(1);
  expectQuiet();
  await close();
});
