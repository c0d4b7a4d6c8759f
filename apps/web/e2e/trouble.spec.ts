import { afterAll, beforeAll, expect, test } from 'vitest';
import { andSave, expectTitles, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNAUTHORIZED = /status of 401/;
const OFFLINE = /ERR_INTERNET_DISCONNECTED/;

test('what is wrong with a field is said under it, and nothing is sent', async () => {
  const { page, expectQuiet, close } = await stage.visit('/sign-up');
  await page.getByLabel('E-mail').fill('nobody');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  const email = page.getByLabel('E-mail');
  await expect.poll(() => email.getAttribute('aria-invalid')).toBe('true');
  const messageId = await email.getAttribute('aria-describedby');
  expect(await page.locator(`#${messageId?.split(' ').at(-1)}`).innerText()).toContain('name@example.com');
  expect(await page.getByText('at least 8 characters').count()).toBeGreaterThan(0);
  expectQuiet();
  await close();
});

test('an address that is taken is said under its field', async () => {
  const { email } = await stage.makeAccount();
  const { page, expectQuiet, close } = await stage.visit('/sign-up');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('another password');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('has an account already').waitFor();
  expectQuiet(/status of 409/);
  await close();
});

test('a wrong password is a sentence, and the address stays', async () => {
  const { email } = await stage.makeAccount();
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email, 'wrong password');
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
  expect(await page.locator('body').innerText()).not.toMatch(/\[object|\{"/);
  expectQuiet(UNAUTHORIZED);
  await close();
});

test('without a connection nothing typed is lost, and it is saved when asked again', async () => {
  const { email } = await stage.makeAccount(['Before']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email);
  await expectTitles(page, ['Before']);
  await page.context().setOffline(true);
  await page.getByLabel('New task').fill('Written in a tunnel');
  await page.getByLabel('New task').press('Enter');
  await expect.poll(() => page.locator('body').innerText()).toContain('Written in a tunnel');
  await page.getByRole('button', { name: 'Try again' }).first().waitFor();
  await page.context().setOffline(false);
  await andSave(page, 'tasks.create', () => page.getByRole('button', { name: 'Try again' }).first().click());
  await expectTitles(page, ['Written in a tunnel', 'Before']);
  await page.reload();
  await expectTitles(page, ['Written in a tunnel', 'Before']);
  expectQuiet(OFFLINE);
  await close();
});
