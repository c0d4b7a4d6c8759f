import { afterAll, beforeAll, expect, test } from 'vitest';
import { andSave, expectStatus, expectTitles, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

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
