import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectTitles, setStage, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** Wide enough for a keyboard, too narrow for a panel beside the list. */
const SHEET = { viewport: { width: 1000, height: 800 } };

const row = (page: Page, title: string) => page.getByRole('button', { name: title, exact: true });
const sheet = (page: Page) => page.getByRole('dialog', { name: 'Task details' });
const readFocus = (page: Page): Promise<unknown> =>
  page.evaluate(
    'document.activeElement.dataset.rowFocus ? document.activeElement.innerText : document.activeElement.localName',
  );
const isChecked = (page: Page, title: string): Promise<boolean> => page.getByLabel(`Complete: ${title}`).isChecked();

const findMiddle = async (place: Locator): Promise<{ x: number; y: number }> => {
  const { x, y, width, height } = (await place.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { x: x + width / 2, y: y + height / 2 };
};

/** Keeps a key down for as long as it takes to repeat a few times. */
const hold = async (page: Page, key: string): Promise<void> => {
  for (let times = 0; times < 6; times += 1) await page.keyboard.down(key);
  await page.keyboard.up(key);
};

/** Two taps on one place, a tenth of a second apart by the time that they carry, however busy the machine is. */
const tapTwice = async (page: Page, { x, y }: { x: number; y: number }): Promise<void> => {
  const browser = await page.context().newCDPSession(page);
  const now = Date.now() / 1_000;
  for (const timestamp of [now, now + 0.1]) {
    await browser.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }], timestamp });
    await browser.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [], timestamp: timestamp + 0.01 });
  }
};

describe('a press beside what is open', () => {
  test('closes the sheet, and reaches nothing that lies beneath, however often one taps', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Below', 'Above'], PHONE);
    for (const below of [page.getByLabel('Complete: Below'), row(page, 'Below')]) {
      const place = await findMiddle(below);
      await row(page, 'Above').tap();
      await sheet(page).waitFor();
      await tapTwice(page, place);
      await sheet(page).waitFor({ state: 'detached' });
      expect(await isChecked(page, 'Below')).toBe(false);
    }
    expectQuiet();
    await close();
  });

  test('closes the sheet only where it both began and ended there, so that selected text may be drawn out of it', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Here'], SHEET);
    await row(page, 'Here').press('o');
    const title = await findMiddle(page.getByLabel('Title'));
    await page.mouse.move(title.x, title.y);
    await page.mouse.down();
    await page.mouse.move(300, 500);
    await page.mouse.up();
    await page.mouse.move(300, 500);
    await page.mouse.down();
    await page.mouse.move(title.x, title.y + 200);
    await page.mouse.up();
    expect(await sheet(page).count()).toBe(1);
    await page.mouse.click(300, 500);
    await sheet(page).waitFor({ state: 'detached' });
    expectQuiet();
    await close();
  });

  test('closes a menu, and by touch does nothing else', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Here'], PHONE);
    await page.getByRole('button', { name: 'Account' }).tap();
    await page.getByRole('link', { name: 'Settings' }).waitFor();
    const { x, y } = await findMiddle(page.getByLabel('Complete: Here'));
    await page.touchscreen.tap(x, y);
    await page.getByRole('link', { name: 'Settings' }).waitFor({ state: 'detached' });
    expect(await isChecked(page, 'Here')).toBe(false);
    expectQuiet();
    await close();
  });
});

describe('what opens has its first focus where nothing can be lost', () => {
  test('with a keyboard in the title, so that Enter deletes nothing', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Kept', 'Opened'], SHEET);
    await row(page, 'Opened').press('o');
    await page.keyboard.press('Enter');
    expect(await readFocus(page)).toBe('textarea');
    await page.keyboard.press('Escape');
    await expect.poll(() => readFocus(page)).toBe('Opened');
    await expectTitles(page, ['Opened', 'Kept']);
    expectQuiet();
    await close();
  });

  test('by touch on the sheet itself, and once its task is deleted on the next row, where the list was scrolled to', async () => {
    const titles = Array.from({ length: 40 }, (_, index) => `Task ${index}`);
    const { page, expectQuiet, close } = await stage.visitTasks(titles, PHONE);
    await page.evaluate('window.scrollTo(0, 600)');
    await row(page, 'Task 22').tap();
    await sheet(page).waitFor();
    await expect.poll(() => readFocus(page)).toBe('dialog');
    await page.getByRole('button', { name: 'Delete task' }).tap();
    await sheet(page).waitFor({ state: 'detached' });
    await expect.poll(() => readFocus(page)).toBe('Task 21');
    expect(await page.evaluate('window.scrollY')).toBe(600);
    expectQuiet();
    await close();
  });

  test('by touch never in a text field, also where no row is left', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Last'], PHONE);
    await row(page, 'Last').tap();
    await page.getByRole('button', { name: 'Delete task' }).tap();
    await expect.poll(() => readFocus(page)).toBe('h1');
    await page.getByRole('button', { name: 'Undo' }).tap();
    await expect.poll(() => readFocus(page)).toBe('Last');
    expectQuiet();
    await close();
  });
});

describe('a key that is held', () => {
  test('deletes one task, completes one, opens one and takes one act back', async () => {
    const titles = ['Seven', 'Six', 'Five', 'Four', 'Three', 'Two', 'One'];
    const { page, expectQuiet, close } = await stage.visitTasks(titles);
    await row(page, 'One').focus();
    await hold(page, 'Delete');
    await expectTitles(page, titles.slice(0, -1).toReversed());
    await row(page, 'Two').focus();
    await hold(page, 'Backspace');
    await expectTitles(page, titles.slice(0, -2).toReversed());
    await page.keyboard.down('ControlOrMeta');
    await hold(page, 'z');
    await page.keyboard.up('ControlOrMeta');
    await expectTitles(page, titles.slice(0, -1).toReversed());
    await row(page, 'Three').focus();
    await hold(page, 'c');
    expect(await isChecked(page, 'Three')).toBe(true);
    expectQuiet();
    await close();
  });

  test('presses a button once, and types only where it was pressed', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Third', 'Second', 'First']);
    await page.getByRole('button', { name: 'Delete: First' }).focus();
    await hold(page, 'Enter');
    await expectTitles(page, ['Second', 'Third']);
    await row(page, 'Second').focus();
    await hold(page, 'Enter');
    expect(await page.getByLabel('Title').count()).toBe(1);
    await page.keyboard.press('Escape');
    await hold(page, 'o');
    expect(await page.getByLabel('Title').inputValue()).toBe('Second');
    await hold(page, 'Escape');
    await row(page, 'Second').focus();
    await hold(page, 'n');
    expect(await page.getByLabel('New task').inputValue()).toBe('');
    await hold(page, 'a');
    expect(await page.getByLabel('New task').inputValue()).toBe('aaaaaa');
    await hold(page, 'Enter');
    await expectTitles(page, ['aaaaaa', 'Second', 'Third']);
    await hold(page, 'ArrowDown');
    expect(await readFocus(page)).toBe('Third');
    expectQuiet();
    await close();
  });

  test('peels one layer by Escape: first the text, then the panel', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Here'], SHEET);
    await row(page, 'Here').press('o');
    await page.keyboard.type(' and there');
    await hold(page, 'Escape');
    expect(await page.getByLabel('Title').inputValue()).toBe('Here');
    await hold(page, 'Escape');
    await sheet(page).waitFor({ state: 'detached' });
    expectQuiet();
    await close();
  });
});

describe('the second half of a double press', () => {
  test('hits nothing that came to lie there, with a mouse', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Third', 'Second', 'First']);
    await page.getByRole('button', { name: 'Delete: First' }).dblclick();
    await expectTitles(page, ['Second', 'Third']);
    await page.getByLabel('Complete: Second').dblclick();
    expect(await isChecked(page, 'Second')).toBe(true);
    await page.getByLabel('New task').fill('Once');
    await page.getByRole('button', { name: 'Add' }).dblclick();
    await expectTitles(page, ['Once', 'Third']);
    await row(page, 'Third').press('Delete');
    await page.getByRole('link', { name: 'Trash' }).click();
    await expectTitles(page, ['Third', 'First']);
    await page.getByRole('button', { name: 'Restore: Third' }).dblclick();
    await expectTitles(page, ['First']);
    expectQuiet();
    await close();
  });

  test('nor by touch, while two taps on neighbours are two', async () => {
    const { page, expectQuiet, close } = await stage.visitTasks(['Third', 'Second', 'First'], PHONE);
    const first = await findMiddle(page.getByLabel('Complete: First'));
    const second = await findMiddle(page.getByLabel('Complete: Second'));
    await tapTwice(page, first);
    await page.touchscreen.tap(second.x, second.y);
    await expect.poll(() => isChecked(page, 'Second')).toBe(true);
    expect(await isChecked(page, 'First')).toBe(true);
    expectQuiet();
    await close();
  });
});

test('a key that an input method takes neither adds, nor saves, nor takes back', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Here']);
  const browser = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    browser.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await page.getByLabel('New task').focus();
  await compose('に');
  await page.keyboard.press('Enter');
  await expectTitles(page, ['Here']);
  expect(await page.getByLabel('New task').inputValue()).toBe('に');
  await browser.send('Input.insertText', { text: '日' });
  await page.getByLabel('New task').fill('');
  await row(page, 'Here').press('F2');
  await expect.poll(() => readFocus(page)).toBe('textarea');
  await compose('に');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  expect(await page.getByLabel('Title').inputValue()).toBe('Hereに');
  expectQuiet();
  await close();
});
