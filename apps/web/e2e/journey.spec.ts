import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { andSave, expectTitles, PASSWORD, PHONE, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

test('sign up, add, edit, complete, reload, sign out, sign in, delete, and take it back', async () => {
  const email = `${randomUUID()}@example.com`;
  const { page, expectQuiet, close } = await stage.visit('/');
  await page.waitForURL('**/sign-in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();

  const input = page.getByLabel('New task');
  await input.fill('Water the plants');
  await input.press('Enter');
  await input.fill('Call Ada');
  await input.press('Enter');
  await expectTitles(page, ['Call Ada', 'Water the plants']);

  await page.getByRole('button', { name: 'Call Ada', exact: true }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Call Ada about Friday');
  await page.keyboard.press('Enter');
  await expectTitles(page, ['Call Ada about Friday', 'Water the plants']);

  await andSave(page, 'tasks.update', () => page.getByLabel('Complete: Water the plants').click());
  await expectTitles(page, ['Call Ada about Friday']);
  await page.reload();
  await expectTitles(page, ['Call Ada about Friday']);
  await page.getByRole('link', { name: 'Completed' }).click();
  await expectTitles(page, ['Water the plants']);

  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await signIn(page, email);
  await expectTitles(page, ['Call Ada about Friday']);

  await page.getByRole('button', { name: 'Call Ada about Friday', exact: true }).focus();
  await page.keyboard.press('Delete');
  await expectTitles(page, []);
  await andSave(page, 'tasks.restore', () => page.getByRole('button', { name: 'Undo' }).click());
  await expectTitles(page, ['Call Ada about Friday']);
  await page.reload();
  await expectTitles(page, ['Call Ada about Friday']);
  expectQuiet();
  await close();
});

test('with the keyboard alone: add, move, rename, complete and delete', async () => {
  const { email } = await stage.makeAccount(['Third', 'Second', 'First']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await expect.poll(() => page.locator(':focus').getAttribute('name')).toBe('email');
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expectTitles(page, ['First', 'Second', 'Third']);
  await page.keyboard.type('Newest');
  await page.keyboard.press('Enter');
  await expectTitles(page, ['Newest', 'First', 'Second', 'Third']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F2');
  await page.keyboard.press('End');
  await page.keyboard.type(', renamed');
  await page.keyboard.press('Enter');
  await expectTitles(page, ['Newest', 'First, renamed', 'Second', 'Third']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('c');
  await expectTitles(page, ['Newest', 'First, renamed', 'Third']);
  await page.getByRole('button', { name: 'Third', exact: true }).focus();
  await page.keyboard.press('Delete');
  await expectTitles(page, ['Newest', 'First, renamed']);
  expectQuiet();
  await close();
});

test('on a phone: the task opens as a sheet, and its description is kept', async () => {
  const { email } = await stage.makeAccount(['Pack for the trip']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in', {
    viewport: PHONE,
    hasTouch: true,
    isMobile: true,
  });
  await signIn(page, email);
  await page.getByRole('button', { name: 'Pack for the trip', exact: true }).click();
  const description = page.getByLabel('Description');
  await andSave(page, 'tasks.update', () => description.fill('Passport, charger, the good book'));
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Pack for the trip', exact: true }).click();
  await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('Passport, charger, the good book');
  expectQuiet();
  await close();
});

test('a long list holds every task once, and only what can be seen is on the page', async () => {
  const titles = Array.from({ length: 130 }, (_, index) => `Task ${index}`);
  const { email } = await stage.makeAccount(titles);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email);
  await page.getByText('130 open').waitFor();
  const rows = page.locator('.task-list > li');
  expect(await rows.count()).toBeLessThan(80);
  const seen = new Map<number, string>();
  await expect
    .poll(async () => {
      for (const row of await rows.all()) {
        const place = Number(await row.getAttribute('aria-posinset'));
        if (!seen.has(place)) seen.set(place, await row.locator('.task-title').innerText());
      }
      await page.mouse.wheel(0, 600);
      return seen.size;
    })
    .toBe(130);
  expect([...seen].toSorted(([a], [b]) => a - b).map(([, title]) => title)).toEqual(titles.toReversed());
  expect(await rows.last().getAttribute('aria-setsize')).toBe('130');
  expectQuiet();
  await close();
});

test('in a long list the arrow keys go on where rows were not on the page, and the focus outlives scrolling', async () => {
  const { email } = await stage.makeAccount(Array.from({ length: 130 }, (_, index) => `Task ${index}`));
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email);
  await page.getByText('130 open').waitFor();
  await page.getByLabel('New task').focus();
  for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.locator(':focus').innerText()).toBe('Task 70');
  await page.evaluate('window.scrollTo(0, 0)');
  await page.getByText('Task 129', { exact: true }).waitFor();
  expect(await page.locator(':focus').innerText()).toBe('Task 70');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.locator(':focus').innerText()).toBe('Task 69');
  await page.getByRole('link', { name: 'Completed' }).click();
  await page.getByRole('heading', { name: 'Completed' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Task 69', exact: true }).waitFor();
  expectQuiet();
  await close();
});
