import { afterAll, beforeAll, expect, test } from 'vitest';
import { andSave, expectAccessible, expectStatus, expectTitles, setStage, signIn, type Stage } from './support.ts';

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

test('without a connection nothing typed is lost, and it is saved by itself when there is one again', async () => {
  const { email } = await stage.makeAccount(['Before']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email);
  await expectTitles(page, ['Before']);
  await expectStatus(page, 'All changes saved');
  await page.context().setOffline(true);
  await page.getByLabel('New task').fill('Written in a tunnel');
  await page.getByLabel('New task').press('Enter');
  await expectTitles(page, ['Written in a tunnel', 'Before']);
  await expectStatus(page, 'Offline: 1 change waits');
  await andSave(page, 'tasks.create', () => page.context().setOffline(false));
  await expectStatus(page, 'All changes saved');
  await page.reload();
  await expectTitles(page, ['Written in a tunnel', 'Before']);
  expectQuiet(OFFLINE);
  await close();
});

test('a change that is refused says why, where it happened and in one place for all, and is sent again or given up', async () => {
  const { email } = await stage.makeAccount(['Before']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email);
  await expectTitles(page, ['Before']);
  const refuse = () =>
    page.route('**/trpc/tasks.update*', (route) =>
      route.fulfill({
        status: 400,
        json: {
          error: {
            message: 'The title is not to our taste.',
            code: -32600,
            data: { code: 'BAD_REQUEST', httpStatus: 400, path: 'tasks.update', requestId: 'request-7' },
          },
        },
      }),
    );
  const rename = async (title: string) => {
    await page.locator('.task-title').first().press('F2');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(title);
    await page.keyboard.press('Enter');
  };
  await refuse();
  await rename('Refused');
  const row = page.locator('.task-row', { hasText: 'Refused' });
  await row.getByText('The title is not to our taste.').waitFor();
  await page.getByRole('button', { name: '1 change not saved' }).click();
  const list = page.getByRole('list', { name: 'Changes that were not saved' });
  await list.getByText('The change of “Refused” was not saved. The title is not to our taste.').waitFor();
  await expectAccessible(page);
  await page.reload();
  await row.getByText('The title is not to our taste.').waitFor();
  await page.unrouteAll();
  await andSave(page, 'tasks.update', () => row.getByRole('button', { name: 'Retry' }).click());
  await expectStatus(page, 'All changes saved');
  await refuse();
  await rename('Given up');
  await page.locator('.task-row', { hasText: 'Given up' }).getByRole('button', { name: 'Discard' }).click();
  await expectTitles(page, ['Refused']);
  await expectStatus(page, 'All changes saved');
  expectQuiet(/status of 400/);
  await close();
});

test('a server that fails is told of after five seconds, also without the sidebar and on a phone, and tried again on demand', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Before']);
  const word = page.getByText('Not saved yet. Docket has trouble, trying again', { exact: true });
  await expectStatus(page, 'All changes saved');
  await page.clock.install();
  await page.route('**/trpc/tasks.create*', (route) =>
    route.fulfill({
      status: 500,
      json: {
        error: {
          message: 'Something failed.',
          code: -32603,
          data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'tasks.create', requestId: 'request-8' },
        },
      },
    }),
  );
  await page.getByLabel('New task').fill('Kept');
  await page.getByLabel('New task').press('Enter');
  await page.clock.runFor(600);
  await expectStatus(page, 'Saving…');
  await page.getByRole('button', { name: 'Hide the sidebar' }).click();
  await expectStatus(page, 'Saving…');
  // Far past the moment, so that the write is left alone for a while.
  await page.clock.runFor(20_000);
  await word.waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await word.waitFor();
  await expectAccessible(page);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  // From here on no time passes in which it would be tried again by itself.
  await page.clock.pauseAt(Number(await page.evaluate('Date.now()')) + 1_000);
  await page.unrouteAll();
  await andSave(page, 'tasks.create', () => page.getByRole('button', { name: 'Try now' }).click());
  await page.clock.resume();
  await word.waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator('.sync-status').waitFor({ state: 'hidden' });
  expectQuiet(/status of 500/);
  await close();
});

test('without the sidebar it is still said what waits and what was refused', async () => {
  const { page, expectQuiet, close } = await stage.visitTasks(['Before']);
  await expectStatus(page, 'All changes saved');
  await page.getByRole('button', { name: 'Hide the sidebar' }).click();
  await page.context().setOffline(true);
  await page.getByLabel('New task').fill('Written in a tunnel');
  await page.getByLabel('New task').press('Enter');
  await expectStatus(page, 'Offline: 1 change waits');
  await page.route('**/trpc/tasks.create*', (route) =>
    route.fulfill({
      status: 400,
      json: { error: { message: 'No.', code: -32600, data: { code: 'BAD_REQUEST', httpStatus: 400, path: 'x' } } },
    }),
  );
  await page.context().setOffline(false);
  await page.getByRole('button', { name: '1 change not saved' }).click();
  const list = page.getByRole('list', { name: 'Changes that were not saved' });
  await list.getByRole('button', { name: 'Discard' }).click();
  await expectTitles(page, ['Before']);
  await page.locator('.sync-status').waitFor({ state: 'hidden' });
  expectQuiet(OFFLINE, /status of 400/);
  await close();
});
