import { tasks } from '@docket/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectStatus, expectTitles, openTab, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNREACHABLE = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED/;
const readTitles = async (): Promise<string[]> =>
  (await stage.database.db.select().from(tasks)).map(({ title }) => title).toSorted();

/** Signed in on a page that its service worker has. */
const open = async (titles: string[]) => {
  await stage.database.db.delete(tasks);
  const { email } = await stage.makeAccount(titles);
  const visit = await stage.visit('/sign-in', { serviceWorkers: 'allow' });
  const { page } = visit;
  await signIn(page, email);
  await expectTitles(page, titles.toReversed());
  await page.evaluate('navigator.serviceWorker.ready');
  await page.reload();
  await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
  await expectStatus(page, 'All changes saved');
  return visit;
};

test('without a network the page opens with its data, and what is done there outlives reloads and is sent once', async () => {
  const { page, expectQuiet, close } = await open(['Third', 'Second', 'First']);
  await page.context().setOffline(true);
  await page.reload();
  await expectTitles(page, ['First', 'Second', 'Third']);
  await expectStatus(page, 'Offline');

  await page.getByLabel('New task').fill('Written offline');
  await page.getByLabel('New task').press('Enter');
  await page.getByLabel('Complete: Second').click();
  await page.getByRole('button', { name: 'Third', exact: true }).press('Delete');
  await page.getByRole('button', { name: 'First', exact: true }).press('F2');
  await page.keyboard.type(', renamed');
  await page.keyboard.press('Enter');
  await expectStatus(page, 'Offline: 4 changes wait');

  await page.goto(`${stage.server.url}/completed`);
  await expectTitles(page, ['Second']);
  await page.getByRole('link', { name: /^Tasks/ }).click();
  await expectTitles(page, ['Written offline', 'First, renamed']);
  await expectStatus(page, 'Offline: 4 changes wait');
  expect(await readTitles()).toEqual(['First', 'Second', 'Third']);

  await page.context().setOffline(false);
  await expectStatus(page, 'All changes saved');
  expect(await readTitles()).toEqual(['First, renamed', 'Second', 'Third', 'Written offline']);
  await page.reload();
  await expectTitles(page, ['Written offline', 'First, renamed']);
  expectQuiet(UNREACHABLE);
  await close();
});

test('two windows follow each other live', async () => {
  const { page, expectQuiet, close } = await open(['Here']);
  const other = await openTab(page);
  await expectTitles(other, ['Here']);
  await page.getByLabel('New task').fill('From the one');
  await page.getByLabel('New task').press('Enter');
  await expectTitles(other, ['From the one', 'Here']);
  await other.getByRole('button', { name: 'Here', exact: true }).press('Delete');
  await expectTitles(page, ['From the one']);
  await page.getByRole('button', { name: 'From the one', exact: true }).press('F2');
  await page.keyboard.type(', still being typed');
  await page.close();
  await expectTitles(other, ['From the one, still being typed']);
  await other.getByLabel('New task').fill('From the other');
  await other.getByLabel('New task').press('Enter');
  await expectTitles(other, ['From the other', 'From the one, still being typed']);
  await expect.poll(readTitles).toEqual(['From the one, still being typed', 'From the other', 'Here']);
  expectQuiet();
  await close();
});

test('two browsers follow each other live, and go on after the server was stopped and started: nothing is lost, nothing doubled', async () => {
  await stage.database.db.delete(tasks);
  const { email } = await stage.makeAccount(['Before']);
  const [one, two] = [await stage.visit('/sign-in'), await stage.visit('/sign-in')];
  for (const { page } of [one, two]) {
    await signIn(page, email);
    await expectTitles(page, ['Before']);
  }
  const add = async ({ page }: typeof one, title: string) => {
    await page.getByLabel('New task').fill(title);
    await page.getByLabel('New task').press('Enter');
  };
  await add(one, 'Live');
  await expectTitles(two.page, ['Live', 'Before']);

  await stage.stopServer();
  for (let index = 0; index < 5; index += 1) {
    await add(one, `One ${index}`);
    await add(two, `Two ${index}`);
  }
  await one.page.locator('.sync-status').getByText('5 changes wait').waitFor();
  await one.page.getByLabel('Complete: Live').click();
  await stage.startServer();

  const titles = [0, 1, 2, 3, 4].flatMap((index) => [`One ${index}`, `Two ${index}`]);
  for (const { page } of [one, two]) {
    await expectStatus(page, 'All changes saved');
    await expect
      .poll(async () => (await page.locator('.task-row .task-title').allInnerTexts()).toSorted())
      .toEqual(['Before', ...titles].toSorted());
  }
  expect(await readTitles()).toEqual(['Before', 'Live', ...titles].toSorted());
  one.expectQuiet(UNREACHABLE);
  two.expectQuiet(UNREACHABLE);
  await one.close();
  await two.close();
});

test('a browser finds all that it needs to install it (W3C Web Application Manifest)', async () => {
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  const browser = await page.context().newCDPSession(page);
  const { url, errors, data = '' } = await browser.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const manifest: unknown = JSON.parse(data);
  expect(manifest).toMatchObject({ name: 'Docket', start_url: '/', display: 'standalone' });
  const icons = [...data.matchAll(/"src": "(?<src>[^"]+)", "sizes": "(?<size>\d+)x/g)];
  expect(new Set(icons.map(({ groups }) => groups?.['size']))).toEqual(new Set(['192', '512']));
  for (const { groups } of icons) {
    const size = await page.evaluate(`(async () => {
      const image = new Image();
      image.src = ${JSON.stringify(new URL(groups?.['src'] ?? '', url))};
      await image.decode();
      return image.naturalWidth;
    })()`);
    expect(String(size)).toBe(groups?.['size']);
  }
  expectQuiet();
  await close();
});

test('its worker leaves the API alone', async () => {
  const { page, expectQuiet, close } = await open(['Here']);
  const { origin } = new URL(page.url());
  for (const path of ['/livez', '/api/openapi.json']) {
    const answer = await page.goto(origin + path);
    expect(answer?.fromServiceWorker()).toBe(false);
    expect(answer?.headers()['content-type']).toContain('application/json');
  }
  const answer = await page.goto(`${origin}/completed?task=none`);
  expect(answer?.fromServiceWorker()).toBe(true);
  const worker = await page.request.get(`${origin}/sw.js`);
  expect(worker.headers()['cache-control']).toBe('public, max-age=0');
  // There is no such task to be shown.
  expectQuiet(/tasks\.get/);
  await close();
});
