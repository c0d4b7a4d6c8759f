import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChaosProxy, startChaosProxy } from './harness/chaos-proxy.ts';
import { expectTitles, openTab, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
let entrance: ChaosProxy;
beforeAll(async () => {
  stage = await setStage();
  entrance = await startChaosProxy(stage.server.url);
});
afterAll(async () => {
  await entrance.close();
  await stage.close();
});

test('a new version is offered in a word, taken when asked for, by all tabs, and nothing is lost on the way', async () => {
  const { email } = await stage.makeAccount(['Here']);
  const { page, expectQuiet, close } = await stage.visit('/livez', { serviceWorkers: 'allow' });
  await page.goto(`http://127.0.0.1:${entrance.port}/sign-in`);
  await signIn(page, email);
  await expectTitles(page, ['Here']);
  await page.evaluate('navigator.serviceWorker.ready');
  await page.reload();
  await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
  const other = await openTab(page);
  await expectTitles(other, ['Here']);
  const offer = page.getByText('A new version of Docket is ready.').last();

  const worker = await (await page.request.get(`${stage.server.url}/sw.js`)).text();
  entrance.pages.set('/sw.js', { type: 'text/javascript', body: `${worker}\n// A later version.` });
  await page.evaluate('navigator.serviceWorker.getRegistration().then((worker) => worker.update())');
  await offer.waitFor();
  // Under the page that is looked at nothing changes by itself.
  await page.getByLabel('New task').fill('Written under the old one');
  await page.getByLabel('New task').press('Enter');
  await page.getByLabel('New task').fill('Not entered yet');
  await page.evaluate('window.isOld = true');

  await page.getByRole('button', { name: 'Reload' }).click();
  await page.waitForFunction('!window.isOld');
  await expectTitles(page, ['Written under the old one', 'Here']);
  expect(await page.getByLabel('New task').inputValue()).toBe('Not entered yet');
  await expect
    .poll(() => page.evaluate('navigator.serviceWorker.getRegistration().then((worker) => worker.waiting === null)'))
    .toBe(true);
  await expectTitles(other, ['Written under the old one', 'Here']);
  expectQuiet();
  await close();
});
