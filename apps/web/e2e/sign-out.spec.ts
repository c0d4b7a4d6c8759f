import { sessions } from '@docket/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { andSave, expectStatus, expectTitles, listStored, setStage, signIn, signOut, type Stage } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const UNAUTHORIZED = /status of 401/;

describe('signing out', () => {
  test('leaves nothing of the account in the browser, and another account sees nothing of it (ASVS 14.3.1)', async () => {
    const ada = await stage.makeAccount(['Of Ada']);
    const grace = await stage.makeAccount(['Of Grace']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, ada.email);
    await expectTitles(page, ['Of Ada']);
    expect(await listStored(page)).toHaveLength(1);
    await page.getByLabel('New task').fill('A secret of Ada');
    await signOut(page);
    await expect.poll(() => listStored(page)).toEqual([]);
    const texts = 'JSON.stringify([Object.values(sessionStorage), Object.values(localStorage)])';
    expect(await page.evaluate(texts)).not.toMatch(/Ada/);
    await signIn(page, grace.email);
    await expectTitles(page, ['Of Grace']);
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByText('The trash is empty').waitFor();
    expect(await listStored(page)).toHaveLength(1);
    expectQuiet();
    await close();
  });

  test('asks first where changes would be lost, and says how many', async () => {
    const { email } = await stage.makeAccount(['Here']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    await page.route('**/trpc/tasks.*', (route) => route.abort());
    for (const title of ['One', 'Two']) {
      await page.getByLabel('New task').fill(title);
      await page.getByLabel('New task').press('Enter');
    }
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: '2 changes have not been saved' }).waitFor();
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await expectTitles(page, ['Two', 'One', 'Here']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out and lose them' }).click();
    await page.waitForURL('**/sign-in');
    await page.unrouteAll();
    await expect.poll(() => listStored(page)).toEqual([]);
    await signIn(page, email);
    await expectTitles(page, ['Here']);
    expectQuiet(/ERR_FAILED/);
    await close();
  });

  test('is not what an expired session is: the former account`s unsent changes wait for it, and no other sees them', async () => {
    const ada = await stage.makeAccount(['Of Ada']);
    const grace = await stage.makeAccount(['Of Grace']);
    const { page, expectQuiet, close } = await stage.visit('/sign-in');
    await signIn(page, ada.email);
    await expectTitles(page, ['Of Ada']);
    await expectStatus(page, 'All changes saved');
    await page.context().setOffline(true);
    await page.getByLabel('New task').fill('Unsent');
    await page.getByLabel('New task').press('Enter');
    await expectStatus(page, 'Offline: 1 change waits');
    await stage.database.db.update(sessions).set({ revokedAt: sql`now()` });
    await page.context().setOffline(false);
    await page.getByText('Your session has ended').waitFor();
    await signIn(page, grace.email);
    await expectTitles(page, ['Of Grace']);
    await signOut(page);
    await andSave(page, 'tasks.create', () => signIn(page, ada.email));
    await expectTitles(page, ['Unsent', 'Of Ada']);
    expectQuiet(UNAUTHORIZED, /ERR_INTERNET_DISCONNECTED/);
    await close();
  });
});
