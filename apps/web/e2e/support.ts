import { randomUUID } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { type RunningDocket, startDocket } from '@docket/server/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser } from './launch-browser.ts';

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };
export const PASSWORD = 'correct horse battery';
export const NEW_PASSWORD = 'seven calm otters';

/** A page of its own, and what it has complained about. */
interface Visit {
  page: Page;
  /** Fails on anything that the page wrote to its console as an error, but for what matches. */
  expectQuiet(...expected: RegExp[]): void;
  close(): Promise<void>;
}

export interface Stage {
  database: TestDatabase;
  readonly server: RunningDocket;
  /** Stops the server; starts it again on the same port and database. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** Opens a path in a new, empty browser profile. */
  visit(path: string, options?: BrowserContextOptions): Promise<Visit>;
  /** The list of a new account with these tasks, the last title newest, in a new profile that is signed in already. */
  visitTasks(titles: string[], options?: BrowserContextOptions): Promise<Visit>;
  /** The path of the link that was mailed to an address: without an SMTP server the mail is written out instead. */
  readMailedLink(email: string, page: 'reset-password' | 'confirm-email'): Promise<string>;
  /** An account made over REST, with tasks, the last title newest. */
  makeAccount(titles?: string[]): Promise<{ email: string; token: string }>;
  close(): Promise<void>;
}

const watch = (page: Page): string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isOwn = message.text() !== 'Service Worker registration blocked by Playwright';
    if (isOwn && (message.type() === 'error' || message.type() === 'warning')) {
      complaints.push(`${message.text()} ${message.location().url}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
};

const openPage = async (browser: Browser, url: string, options: BrowserContextOptions): Promise<Visit> => {
  // What a service worker answers, no route of a test would see.
  const context = await browser.newContext({ viewport: WIDE, serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints = watch(page);
  await page.goto(url);
  return {
    page,
    expectQuiet: (...expected) => {
      expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    close: () => context.close(),
  };
};

/** What the forms would do, without the time that filling them in takes. */
const signUpInPage = (titles: string[]): string => `(async () => {
  const call = async (procedure, input, token = '') => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + token };
    const answer = await fetch('/trpc/' + procedure, { method: 'POST', headers, body: JSON.stringify(input) });
    return (await answer.json()).result.data;
  };
  const account = { email: '${randomUUID()}@example.com', password: '${PASSWORD}' };
  const { access_token: token } = await call('auth.signup', account);
  for (const title of ${JSON.stringify(titles)}) await call('tasks.create', { title }, token);
  localStorage.setItem('docket.account-id', JSON.parse(atob(token.split('.')[1])).sub);
})()`;

/** The real server on a database of its own, and a real Chromium. */
export const setStage = async (): Promise<Stage> => {
  const database = await createTestDatabase();
  const variables = {
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret for the tests in the browser',
    RATE_LIMITS: 'off',
  };
  let server = await startDocket(variables);
  const browser = await launchBrowser();
  const post = async (path: string, body: unknown, token = ''): Promise<Response> =>
    await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  return {
    database,
    get server() {
      return server;
    },
    stopServer: () => server.stop(),
    startServer: async () => {
      server = await startDocket({ ...variables, PORT: new URL(server.url).port });
    },
    visit: (path, options = {}) => openPage(browser, server.url + path, options),
    visitTasks: async (titles, options = {}) => {
      const visit = await openPage(browser, `${server.url}/sign-in`, options);
      await visit.page.evaluate(signUpInPage(titles));
      await visit.page.goto(server.url);
      // All come at once; of many not all are on the page.
      await expect
        .poll(async () => (await readTitles(visit.page)).slice(0, 9))
        .toEqual(titles.toReversed().slice(0, 9));
      return visit;
    },
    readMailedLink: async (email, path) => {
      const [, link = ''] = await server.waitFor(new RegExp(`Mail to ${email} .*(/${path}#token=[\\w-]+)`));
      return link;
    },
    makeAccount: async (titles = []) => {
      const email = `${randomUUID()}@example.com`;
      const answer: unknown = await (await post('/auth/signup', { email, password: PASSWORD })).json();
      const token =
        typeof answer === 'object' && answer !== null && 'access_token' in answer ? String(answer.access_token) : '';
      for (const title of titles) expect((await post('/api/tasks', { title }, token)).status).toBe(200);
      return { email, token };
    },
    close: async () => {
      await browser.close();
      await server.stop();
      await database.close();
    },
  };
};

export const signIn = async (page: Page, email: string, password = PASSWORD): Promise<void> => {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

export const signOut = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in*');
};

/** The titles that the list shows, from top to bottom. */
const readTitles = (page: Page): Promise<string[]> => page.locator('.task-row .task-title').allInnerTexts();

/** Waits until the list shows exactly these titles. */
export const expectTitles = (page: Page, titles: string[]): Promise<void> =>
  expect.poll(() => readTitles(page)).toEqual(titles);

/** Does something and waits until the server has answered the call that it makes. */
export const andSave = async (page: Page, procedure: string, act: () => Promise<void>): Promise<void> => {
  const saved = page.waitForResponse((response) => response.url().includes(procedure) && response.ok());
  await act();
  await saved;
};

/** Has the page hear of a mail server, as where one is set up, from then on. */
export const saySent = async (page: Page, procedure: string): Promise<void> => {
  await page.route(`**/trpc/${procedure}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('"isMailSent":false', '"isMailSent":true');
    await route.fulfill({ response, body });
  });
};

/** Waits until the page says so of what is to be saved. */
export const expectStatus = (page: Page, text: string): Promise<void> =>
  page.locator('.sync-status').getByText(text, { exact: true }).waitFor();

/** Opens another tab beside this one. */
export const openTab = async (page: Page, path = '/'): Promise<Page> => {
  const tab = await page.context().newPage();
  tab.setDefaultTimeout(60_000);
  await tab.goto(new URL(path, page.url()).href);
  return tab;
};

/** The databases that this browser holds of Docket's accounts. */
export const listStored = (page: Page): Promise<unknown> =>
  page.evaluate('indexedDB.databases().then((all) => all.map(({ name }) => name))');

const listFaults = async (page: Page, analysis: AxeBuilder): Promise<string[]> => {
  // Text that is still fading in has not its colour yet.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  const { violations } = await analysis.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
};

/** One page without frames: the other mode opens another page for each analysis. */
const startAxe = (page: Page): AxeBuilder =>
  new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });

/** Fails with the rule and the element for each fault that axe finds, in the page's theme and, of colours, in the other one. */
export const expectAccessible = async (page: Page): Promise<void> => {
  expect(await listFaults(page, startAxe(page))).toEqual([]);
  const isDark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
  await page.emulateMedia({ colorScheme: isDark === true ? 'light' : 'dark' });
  expect(await listFaults(page, startAxe(page).withRules('color-contrast'))).toEqual([]);
  await page.emulateMedia({ colorScheme: isDark === true ? 'dark' : 'light' });
};
