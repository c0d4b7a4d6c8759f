import { readFile } from 'node:fs/promises';
import { AccountExport } from '@docket/domain';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectTitles, NEW_PASSWORD, PASSWORD, PHONE, setStage, signIn, signOut, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNAUTHORIZED = /status of 401/;
const BAD_REQUEST = /status of 400/;

/** Signs in and goes to a section of the settings. */
const openSettings = async (section: string, titles: string[] = []) => {
  const { email } = await stage.makeAccount(titles);
  const visit = await stage.visit(`/settings/${section}`);
  await signIn(visit.page, email);
  await visit.page.waitForURL(`**/settings/${section}`);
  return { email, ...visit };
};

/** What holds the focus, by the name that is read out. */
const readFocus = (page: Page): Promise<unknown> =>
  page.evaluate(
    'document.activeElement?.labels?.[0]?.innerText ?? document.activeElement?.ariaLabel ?? document.activeElement?.innerText',
  );

/** Goes on by Tab until the control of this name has the focus; fails after a full round. */
const tabTo = async (page: Page, name: string): Promise<void> => {
  for (let step = 0; step < 40; step += 1) {
    if ((await readFocus(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  expect(await readFocus(page)).toBe(name);
};

describe('profile', () => {
  test('a new name and time zone are kept, and shown everywhere at once', async () => {
    const { page, expectQuiet, close } = await openSettings('profile');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('Time zone').selectOption('Asia/Kathmandu');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await page.getByRole('button', { name: 'Account' }).innerText()).toBe('Ada Lovelace');
    await page.reload();
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Ada Lovelace');
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Asia/Kathmandu');
    await page.getByLabel('Name').fill(' ');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Account' }).innerText()).toContain('@example.com');
    expectQuiet();
    await close();
  });

  test('a name that is too long is said under its field', async () => {
    const { page, expectQuiet, close } = await openSettings('profile');
    await page.getByLabel('Name').fill('a'.repeat(101));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('at most 100 characters').waitFor();
    expect(await page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
    expectQuiet();
    await close();
  });
});

describe('password', () => {
  test('is changed with the keyboard alone, and the other browser has to sign in anew (ASVS 7.4.3)', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const other = await stage.visit('/sign-in');
    await signIn(other.page, email);
    await expectTitles(other.page, ['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);

    await page.keyboard.press('Escape');
    await page.keyboard.press(',');
    await page.getByRole('heading', { name: 'Profile' }).waitFor();
    await tabTo(page, 'Password');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Password' }).waitFor();
    await tabTo(page, 'Current password');
    await page.keyboard.type(PASSWORD);
    await tabTo(page, 'New password');
    await page.keyboard.type(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Your password is changed').waitFor();
    expect(await page.getByLabel('New password').inputValue()).toBe('');
    await page.reload();
    await page.getByRole('heading', { name: 'Password' }).waitFor();
    expectQuiet();
    await close();

    await other.page.getByText('Your session has ended').waitFor();
    await signIn(other.page, email, PASSWORD);
    await other.page.getByText('The e-mail address or the password is wrong.').waitFor();
    await signIn(other.page, email, NEW_PASSWORD);
    await other.page.getByRole('button', { name: 'Here', exact: true }).waitFor();
    other.expectQuiet(UNAUTHORIZED);
    await other.close();
  });

  test('a wrong current one is said under its field, which has the caret', async () => {
    const { page, expectQuiet, close } = await openSettings('password');
    await page.getByLabel('Current password').fill('not my password');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not your current password.').waitFor();
    expect(await readFocus(page)).toBe('Current password');
    expect(await page.getByLabel('New password').inputValue()).toBe(NEW_PASSWORD);
    expectQuiet(BAD_REQUEST);
    await close();
  });

  test('a hint says how good it is, and stands in nobody`s way (ASVS 6.2.4)', async () => {
    const { page, expectQuiet, close } = await openSettings('password');
    const field = page.getByLabel('New password');
    await field.fill('password1');
    await page.getByText('Very easy to guess. This is a common password.').waitFor();
    await field.fill('seven calm otters go');
    await page.getByText('Very hard to guess.').waitFor();
    await field.fill('password1');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    expectQuiet(BAD_REQUEST);
    await close();
  });
});

describe('devices', () => {
  test('are listed in words, and signed out one by one and all together', async () => {
    const { email } = await stage.makeAccount();
    const others = [await stage.visit('/sign-in'), await stage.visit('/sign-in')];
    for (const { page } of others) {
      await signIn(page, email);
      await page.getByLabel('New task').waitFor();
    }
    const { page, expectQuiet, close } = await stage.visit('/settings/devices');
    await signIn(page, email);
    const rows = page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
    await expect.poll(() => rows.count()).toBe(4);
    expect(await rows.first().innerText()).toMatch(/^Chrome on Linux\s*This device/);
    await page.getByRole('button', { name: 'Sign out A service (node)' }).click();
    await page.getByText('A service (node) is signed out.').first().waitFor();
    await expect.poll(() => rows.count()).toBe(3);
    await page.getByRole('button', { name: 'Sign out all 2 other devices' }).click();
    await page.getByText('You are signed in nowhere else.').waitFor();
    await page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    expectQuiet();
    await close();
    for (const other of others) {
      await other.page.getByText('Your session has ended').waitFor();
      await other.close();
    }
  });
});

test('recent activity is told in words', async () => {
  const { email } = await stage.makeAccount();
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email, 'not my password');
  await page.getByText('is wrong').waitFor();
  await signIn(page, email);
  await page.getByLabel('New task').waitFor();
  await page.goto(`${stage.server.url}/settings/activity`);
  const titles = page.locator('.settings-list strong');
  await expect.poll(() => titles.allInnerTexts()).toEqual(['Signed in', 'Sign-in failed', 'Account created']);
  expectQuiet(UNAUTHORIZED);
  await close();
});

describe('without a connection', () => {
  const nameOf = (page: Page): Promise<string> => page.getByRole('button', { name: /^Account/ }).innerText();

  test('one`s name and profile are there, also after a reload, and gone with the sign-out', async () => {
    const { email, page, expectQuiet, close } = await openSettings('profile');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Account: Ada Lovelace', exact: true }).waitFor();
    await page.context().route('**/trpc/**', (route) => route.abort());
    await page.reload();
    await expect.poll(() => nameOf(page)).toBe('Ada Lovelace');
    await page.getByText('Your profile could not be loaded. Docket cannot be reached.').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Ada Lovelace');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.locator('.account-who').getByText(email).waitFor();
    await page.context().unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByText('could not be loaded').count()).toBe(0);
    await signOut(page);
    await expect.poll(() => page.evaluate('indexedDB.databases()')).toEqual([]);
    expectQuiet(/ERR_FAILED/);
    await close();
  });

  test('no section looks for longer than three seconds as if it came at once', async () => {
    const { email } = await stage.makeAccount();
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await page.getByLabel('New task').waitFor();
    // Nothing comes, not even a failure, and nothing was kept.
    await page.route('**/trpc/**', () => {});
    await page.addInitScript("IDBFactory.prototype.open = () => { throw new Error('Storage is denied.'); }");
    await page.clock.install();
    for (const section of ['profile', 'devices', 'activity', 'email']) {
      await page.goto(`${stage.server.url}/settings/${section}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.getByText('could not be loaded').count()).toBe(0);
      await page.clock.fastForward(3_000);
      await page.getByText('could not be loaded').waitFor();
      expect(await page.locator('.skeleton-block').count()).toBe(0);
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    expectQuiet();
    await close();
  });
});

describe('one`s data', () => {
  test('is exported as a file of JSON with every task', async () => {
    const { email, page, expectQuiet, close } = await openSettings('data', ['First', 'Second']);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export everything' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^docket-\d{4}-\d\d-\d\d\.json$/);
    await page.getByText('Exported, with 2 tasks.').waitFor();
    const everything = AccountExport.parse(JSON.parse(await readFile(await download.path(), 'utf8')));
    expect(everything.account.email).toBe(email);
    expect(everything.tasks.map(({ title }) => title)).toEqual(['First', 'Second']);
    expectQuiet();
    await close();
  });

  test('is deleted with the account, by the password, for good', async () => {
    const { email, page, expectQuiet, close } = await openSettings('data');
    await page.getByRole('button', { name: 'Delete the account…' }).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('button', { name: 'Delete the account…' }).click();
    await page.getByLabel('Current password').fill('not my password');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('This is not your current password.').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('Your account is deleted').waitFor();
    await signIn(page, email);
    await page.getByText('The e-mail address or the password is wrong.').waitFor();
    expectQuiet(BAD_REQUEST, UNAUTHORIZED);
    await close();
  });
});

test('on a phone one goes from the menu to a section and back', async () => {
  const { email } = await stage.makeAccount();
  const { page, expectQuiet, close } = await stage.visit('/sign-in', {
    viewport: PHONE,
    hasTouch: true,
    isMobile: true,
  });
  await signIn(page, email);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByText('This device').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Your data' }).waitFor();
  expectQuiet();
  await close();
});
