import { afterAll, beforeAll, expect, test } from 'vitest';
import { andSave, expectStatus, expectTitles, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SHEET = { viewport: { width: 1000, height: 800 } };

const open = async (titles: string[]) => {
  const { email } = await stage.makeAccount(titles);
  const visit = await stage.visit('/sign-in');
  await signIn(visit.page, email);
  await expectTitles(visit.page, titles.toReversed());
  return visit;
};

test('completing, renaming and deleting are taken back by the notice', async () => {
  const { page, expectQuiet, close } = await open(['Here']);
  const undo = () => page.getByRole('button', { name: 'Undo' }).click();

  await andSave(page, 'tasks.update', () => page.getByLabel('Complete: Here').click());
  await expectTitles(page, []);
  await andSave(page, 'tasks.update', undo);
  await expectTitles(page, ['Here']);
  expect(await page.getByLabel('Complete: Here').isChecked()).toBe(false);

  await page.getByRole('button', { name: 'Here', exact: true }).press('F2');
  await page.keyboard.type(' and there');
  await page.keyboard.press('Enter');
  await expectTitles(page, ['Here and there']);
  await andSave(page, 'tasks.update', undo);
  await expectTitles(page, ['Here']);

  await page.getByRole('button', { name: 'Here', exact: true }).press('Delete');
  await expectTitles(page, []);
  await andSave(page, 'tasks.restore', undo);
  await expectTitles(page, ['Here']);
  await page.reload();
  await expectTitles(page, ['Here']);
  expectQuiet();
  await close();
});

test('the key takes back one after the other, the latest first, but leaves a text field its own', async () => {
  const { page, expectQuiet, close } = await open(['Second', 'First']);
  await page.getByRole('button', { name: 'First', exact: true }).press('o');
  const description = page.getByLabel('Description');
  await description.fill('Written');
  await description.press('Tab');
  await page.getByText('Changed the description of “First”.').first().waitFor();
  await page.getByRole('button', { name: 'First', exact: true }).press('Delete');
  await page.getByRole('button', { name: 'Second', exact: true }).press('Delete');
  await expectTitles(page, []);

  await page.getByLabel('New task').fill('Half typed');
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, []);
  await page.getByLabel('New task').fill('');

  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['Second']);
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['First', 'Second']);
  await page.getByTitle('Has a description').waitFor();
  await page.keyboard.press('ControlOrMeta+z');
  await page.getByTitle('Has a description').waitFor({ state: 'detached' });
  await expectStatus(page, 'All changes saved');
  await page.reload();
  await expectTitles(page, ['First', 'Second']);
  expectQuiet();
  await close();
});

test('what was deleted is in the trash, says when it goes, and is restored from there', async () => {
  const { page, expectQuiet, close } = await open(['Kept', 'Thrown away']);
  await page.getByRole('button', { name: 'Thrown away', exact: true }).press('Delete');
  await page.getByRole('link', { name: 'Trash' }).click();
  await expectTitles(page, ['Thrown away']);
  await page.getByText('Deleted just now, gone for good in 30 days').waitFor();
  await expectStatus(page, 'All changes saved');
  await page.reload();
  await expectTitles(page, ['Thrown away']);
  await andSave(page, 'tasks.restore', () => page.getByRole('button', { name: 'Restore: Thrown away' }).click());
  await page.getByText('The trash is empty').waitFor();
  await page.getByRole('link', { name: /^Tasks/ }).click();
  await expectTitles(page, ['Thrown away', 'Kept']);
  expectQuiet();
  await close();
});

test('adding is taken back first, where it was done last, and without a notice', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Ticked']);
  await page.getByLabel('Complete: Ticked').click();
  for (const title of ['Added', 'Added later']) {
    await page.getByLabel('New task').fill(title);
    await page.getByLabel('New task').press('Enter');
  }
  expect(await page.getByRole('region', { name: 'Notices' }).innerText()).toContain('Completed “Ticked”.');
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['Added', 'Ticked']);
  await page.getByRole('button', { name: 'Added', exact: true }).focus();
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['Ticked']);
  expect(await page.getByLabel('Complete: Ticked').isChecked()).toBe(true);
  await expect.poll(() => page.locator(':focus').innerText()).toBe('Ticked');
  await page.keyboard.press('ControlOrMeta+z');
  expect(await page.getByLabel('Complete: Ticked').isChecked()).toBe(false);
  await page.getByRole('region', { name: 'Notices' }).waitFor({ state: 'hidden' });
  await expectStatus(page, 'All changes saved');
  await page.getByRole('link', { name: 'Trash' }).click();
  await expectTitles(page, ['Added', 'Added later']);
  expectQuiet();
  await close();
});

test.each([
  ['beside the sheet', SHEET],
  ['over the sheet of a phone', PHONE],
])('what is done in a sheet is taken back there: %s', async (_, options) => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Here'], options);
  await page.getByRole('button', { name: 'Here', exact: true }).press('o');
  const sheet = page.getByRole('dialog', { name: 'Task details' });
  await sheet.getByLabel('Complete: Here').click();
  await sheet.getByText('Completed “Here”.').last().waitFor();
  await sheet.getByRole('button', { name: 'Undo' }).click();
  expect(await sheet.getByLabel('Complete: Here').isChecked()).toBe(false);
  await sheet.getByLabel('Complete: Here').click();
  await page.keyboard.press('Escape');
  // The notice outlives the sheet.
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await page.getByLabel('Complete: Here').isChecked()).toBe(false);
  expectQuiet();
  await close();
});

test('by touch the same act adds up to one notice, which takes all of it back', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Third', 'Second', 'First'], PHONE);
  for (const title of ['First', 'Second', 'Third']) await page.getByLabel(`Complete: ${title}`).tap();
  await page.getByText('Completed 3 tasks.', { exact: true }).last().waitFor();
  await page.getByRole('button', { name: 'Undo' }).tap();
  await page.getByText('Undone: reopened 3 tasks.').waitFor({ state: 'attached' });
  await expectTitles(page, ['First', 'Second', 'Third']);
  expect(await page.locator('.task-row input:checked').count()).toBe(0);
  for (const title of ['First', 'Second', 'Third']) {
    await page.getByRole('button', { name: title, exact: true }).tap();
    await page.getByRole('button', { name: 'Delete task' }).tap();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByText('Moved 3 tasks to the trash.', { exact: true }).last().waitFor();
  await page.getByRole('button', { name: 'Undo' }).tap();
  await expectTitles(page, ['First', 'Second', 'Third']);
  expectQuiet();
  await close();
});

test('the key takes acts that were added up back one by one, and the notice speaks of those that are left', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Second', 'First']);
  await page.clock.install();
  for (const title of ['First', 'Second']) await page.getByRole('button', { name: title, exact: true }).press('Delete');
  await expectTitles(page, []);
  await page.getByText('Moved 2 tasks to the trash.', { exact: true }).last().waitFor();
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['Second']);
  const notices = page.getByRole('region', { name: 'Notices' });
  await notices.getByText('Moved “First” to the trash.').waitFor();
  await page.clock.fastForward(8_000);
  await notices.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Second', exact: true }).press('Delete');
  await notices.getByText('Moved “Second” to the trash.').waitFor();
  await page.keyboard.press('ControlOrMeta+z');
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['First', 'Second']);
  expectQuiet();
  await close();
});

test('the key changes nothing behind a question', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Here']);
  await page.getByRole('button', { name: 'Here', exact: true }).press('Delete');
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Your data' }).click();
  await page.getByRole('button', { name: 'Delete the account…' }).click();
  await page.getByLabel('Current password').press('ControlOrMeta+z');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /^Tasks/ }).click();
  await expectTitles(page, []);
  await page.keyboard.press('ControlOrMeta+z');
  await expectTitles(page, ['Here']);
  expectQuiet();
  await close();
});
