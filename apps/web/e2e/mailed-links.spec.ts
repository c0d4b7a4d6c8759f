import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectTitles, NEW_PASSWORD, PASSWORD, saySent, setStage, signIn, signOut, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNAUTHORIZED = /status of 401/;
const BAD_REQUEST = /status of 400/;

describe('a forgotten password', () => {
  test('is set anew by the link of a mail, once, and every session ends (ASVS 6.4.3, 7.4.3)', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const other = await stage.visit('/sign-in');
    await signIn(other.page, email);
    await expectTitles(other.page, ['Here']);

    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    // The sign-in page, too, has a field for the e-mail.
    await page.getByRole('button', { name: 'Send the link' }).waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('This Docket sends no mail. Ask whoever runs it.').waitFor();
    const link = await stage.readMailedLink(email, 'reset-password');
    await page.goto(stage.server.url + link);
    await page.getByLabel('New password').waitFor();
    expect(page.url()).toBe(`${stage.server.url}/reset-password`);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Your new password is set. Sign in with it.').waitFor();
    await signIn(page, email, PASSWORD);
    await page.getByText('The e-mail address or the password is wrong.').waitFor();
    await signIn(page, email, NEW_PASSWORD);
    await expectTitles(page, ['Here']);

    await page.goto(stage.server.url + link);
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await page.getByRole('link', { name: 'Ask for a new link' }).click();
    await page.getByRole('button', { name: 'Send the link' }).waitFor();
    expect(await page.getByLabel('New password').count()).toBe(0);
    expectQuiet(UNAUTHORIZED);
    await close();

    await other.page.getByText('Your session has ended').waitFor();
    other.expectQuiet(UNAUTHORIZED);
    await other.close();
  });

  test('is asked for at last where the check of the link does not come', async () => {
    const { page, expectQuiet, close } = await stage.visit('/forgot-password');
    await page.route('**/trpc/auth.checkResetLink', () => {});
    await page.clock.install();
    await page.goto(`${stage.server.url}/reset-password#token=${'x'.repeat(86)}`);
    await page.getByText('Checking the link…').waitFor();
    await page.clock.fastForward(3_000);
    await page.getByLabel('New password').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    expectQuiet();
    await close();
  });

  test('of nobody is answered in the same words (ASVS 6.3.8)', async () => {
    const { page, expectQuiet, close } = await stage.visit('/forgot-password');
    await saySent(page, 'auth.requestPasswordReset');
    await page.getByLabel('E-mail').fill('nobody@example.com');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page
      .getByText('If there is an account for nobody@example.com we have sent a link. It works for 30 minutes.')
      .waitFor();
    expectQuiet();
    await close();
  });
});

/** Signs in and goes to where the address is changed. */
const openEmail = async () => {
  const { email } = await stage.makeAccount();
  const visit = await stage.visit('/settings/email');
  await signIn(visit.page, email);
  await visit.page.waitForURL('**/settings/email');
  return { email, ...visit };
};

/** Asks for a change of address; the path of the link that goes there. */
const askForLink = async (page: Page, newEmail: string): Promise<string> => {
  await page.getByLabel('New e-mail').fill(newEmail);
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Send the link' }).click();
  return stage.readMailedLink(newEmail, 'confirm-email');
};

describe('another e-mail address', () => {
  test('is changed by the link that goes to the new address, once', async () => {
    const { email, page, expectQuiet, close } = await openEmail();
    await saySent(page, 'account.changeEmail');
    const newEmail = `${randomUUID()}@example.com`;
    const link = await askForLink(page, newEmail);
    await page.getByText(`We have sent a link to ${newEmail}`).waitFor();
    expect(await page.locator('dd').innerText()).toBe(email);

    const mailed = await page.context().newPage();
    mailed.setDefaultTimeout(60_000);
    await mailed.goto(stage.server.url + link);
    await mailed.getByRole('button', { name: 'Confirm the address' }).waitFor();
    expect(mailed.url()).toBe(`${stage.server.url}/confirm-email`);
    await mailed.getByRole('button', { name: 'Confirm the address' }).click();
    await mailed.getByText('Your new address is confirmed').waitFor();
    await mailed.getByRole('link', { name: 'Go to your tasks' }).click();
    await expect.poll(() => mailed.getByRole('button', { name: 'Account' }).innerText()).toBe(newEmail);
    await mailed.goto(stage.server.url + link);
    await mailed.getByRole('button', { name: 'Confirm the address' }).click();
    await mailed.getByText('This link does not work').waitFor();
    await mailed.close();

    await page.reload();
    await expect.poll(() => page.locator('dd').innerText()).toBe(newEmail);
    await signOut(page);
    await signIn(page, newEmail);
    await page.getByLabel('New task').waitFor();
    expectQuiet();
    await close();
  });

  test('is confirmed in the account that asked for it alone: signed out one signs in first, and goes on', async () => {
    const { email, page, expectQuiet, close } = await openEmail();
    const newEmail = `${randomUUID()}@example.com`;
    const link = await askForLink(page, newEmail);
    await page.getByText('This Docket sends no mail. Ask whoever runs it.').waitFor();
    const other = await openEmail();
    await other.page.goto(stage.server.url + link);
    await other.page.getByRole('button', { name: 'Confirm the address' }).click();
    await other.page.getByText(`You are signed in as ${other.email}`).waitFor();
    other.expectQuiet(BAD_REQUEST);
    await other.close();

    await signOut(page);
    await page.goto(stage.server.url + link);
    await page.getByRole('heading', { name: 'Sign in to confirm' }).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, email);
    await page.getByText(`The account of ${email} then goes by`).waitFor();
    await page.getByRole('button', { name: 'Confirm the address' }).click();
    await page.getByText('Your new address is confirmed').waitFor();
    expectQuiet();
    await close();
  });

  test('a wrong password is said under its field', async () => {
    const { page, expectQuiet, close } = await openEmail();
    await page.getByLabel('New e-mail').fill(`${randomUUID()}@example.com`);
    await page.getByLabel('Current password').fill('not my password');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('This is not your current password.').waitFor();
    expectQuiet(BAD_REQUEST);
    await close();
  });
});
