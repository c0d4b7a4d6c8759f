import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  andSave,
  expectAccessible,
  expectStatus,
  expectTitles,
  PHONE,
  saySent,
  setStage,
  signIn,
  type Stage,
  WIDE,
} from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const TITLES = ['A short one', 'word'.repeat(60), 'A task whose title goes on '.repeat(8)];

/** Each section, and what it shows when it has loaded. */
const SETTINGS = [
  ['Profile', 'Time zone'],
  ['E-mail', 'New e-mail'],
  ['Password', 'New password'],
  ['Devices', 'This device'],
  ['Activity', 'Account created'],
  ['Your data', 'Export everything'],
] as const;

/** Without motion: of a colour that is still changing, axe would judge some value on the way. */
const STILL = { reducedMotion: 'reduce' } as const;
const DEVICES: { name: string; options: BrowserContextOptions }[] = [
  { name: 'wide', options: { ...STILL, viewport: WIDE, colorScheme: 'light' } },
  { name: 'phone', options: { ...STILL, viewport: PHONE, colorScheme: 'dark', hasTouch: true, isMobile: true } },
];

describe.each(DEVICES)('every page, $name, is accessible and as wide as the screen', ({ options }) => {
  test.each([
    '/sign-in',
    '/sign-up',
    '/forgot-password',
    '/reset-password',
    '/reset-password#token=x',
    '/confirm-email#token=x',
    '/there/is/no/such/page',
  ])('%s', async (path) => {
    const { page, expectQuiet, close } = await stage.visit(path, options);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expectQuiet();
    await close();
  });

  test('the tasks, none and some, one of them open, and the completed', async () => {
    const { email } = await stage.makeAccount();
    const { page, expectQuiet, close } = await stage.visit('/sign-in', options);
    await signIn(page, email);
    await page.getByText('Nothing to do').waitFor();
    await expectAccessible(page);
    for (const title of TITLES) {
      await page.getByLabel('New task').fill(title);
      await page.getByLabel('New task').press('Enter');
    }
    await expectTitles(page, TITLES.map((title) => title.trim()).toReversed());
    await expectAccessible(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await page.getByLabel('Complete: A short one').click();
    await page.getByRole('button', { name: /^A task whose title/ }).press('o');
    await page.getByLabel('Description').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Completed' }).click();
    await expectTitles(page, ['A short one']);
    await expectAccessible(page);
    await andSave(page, 'tasks.delete', () =>
      page.getByRole('button', { name: 'A short one', exact: true }).press('Delete'),
    );
    await page.goto(`${stage.server.url}/trash`);
    await page.getByText('gone for good in 30 days').waitFor();
    await expectAccessible(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    // A page that is left before it has noted an answer has its call made again by the next one.
    expectQuiet(/404.*tasks\.delete/);
    await close();
  });

  test('the settings, every section of them', async () => {
    const { email } = await stage.makeAccount();
    const { page, expectQuiet, close } = await stage.visit('/sign-in', options);
    await signIn(page, email);
    await page.getByLabel('New task').waitFor();
    await page.getByRole('button', { name: 'Account' }).click();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    for (const [section, shown] of SETTINGS) {
      if (await page.getByRole('link', { name: 'Settings', exact: true }).isVisible()) {
        await page.getByRole('link', { name: 'Settings', exact: true }).click();
        await page.getByRole('heading', { name: 'Settings' }).waitFor();
        if (section === 'Profile') await expectAccessible(page);
      }
      await page.getByRole('link', { name: section }).click();
      await page.getByRole('heading', { level: 1, name: section }).waitFor();
      await page.getByText(shown).first().waitFor();
      expect(await page.title()).toBe(`${section} · Settings · Docket`);
      await expectAccessible(page);
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    }
    await page.getByRole('button', { name: 'Delete the account…' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    expectQuiet();
    await close();
  });

  test('a new password with its hint, a link sent, and Docket out of reach', async () => {
    const { email } = await stage.makeAccount();
    const { page, expectQuiet, close } = await stage.visit('/sign-up', options);
    await page.getByLabel('Password', { exact: true }).fill('password1');
    await page.getByText('Very easy to guess').waitFor();
    await expectAccessible(page);
    await page.goto(`${stage.server.url}/forgot-password`);
    await saySent(page, 'auth.requestPasswordReset');
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('If there is an account for').waitFor();
    await expectAccessible(page);
    await page.goto(`${stage.server.url}/sign-in`);
    await signIn(page, email);
    await page.getByText('Nothing to do').waitFor();
    await page.route('**/trpc/**', (route) => route.abort());
    await page.reload();
    await page.getByText('Nothing to do').waitFor();
    await expectStatus(page, 'Offline');
    await expectAccessible(page);
    await page.evaluate(
      `indexedDB.databases().then((all) => all.forEach(({ name }) => indexedDB.deleteDatabase(name)))`,
    );
    await page.reload();
    await page.getByText('Docket cannot be reached').waitFor();
    await expectAccessible(page);
    expectQuiet(/ERR_FAILED/);
    await close();
  });
});

test('the documentation of the API, on a phone, is as wide as the screen and accessible', async () => {
  const { page, expectQuiet, close } = await stage.visit('/api/docs', { ...STILL, viewport: PHONE });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expectAccessible(page);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  expectQuiet();
  await close();
});
