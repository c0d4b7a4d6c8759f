import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectTitles, NEW_PASSWORD, PASSWORD, setStage, signIn, type Stage } from './support.ts';

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
    await page.getByText(`If there is an account for ${email} we have sent a link. It works for 30 minutes.`).waitFor();
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
    await page.getByLabel('New password').fill('another calm password');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await page.getByRole('link', { name: 'Ask for a new link' }).click();
    await page.getByRole('button', { name: 'Send the link' }).waitFor();
    expectQuiet(UNAUTHORIZED, BAD_REQUEST);
    await close();

    await other.page.getByText('Your session has ended').waitFor();
    other.expectQuiet(UNAUTHORIZED);
    await other.close();
  });

  test('of nobody is answered in the same words (ASVS 6.3.8)', async () => {
    const { page, expectQuiet, close } = await stage.visit('/forgot-password');
    await page.getByLabel('E-mail').fill('nobody@example.com');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page
      .getByText('If there is an account for nobody@example.com we have sent a link. It works for 30 minutes.')
      .waitFor();
    expectQuiet();
    await close();
  });
});
