import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, sessions, startEmbeddedPostgres, tasks } from '@docket/db';
import { startDocket } from '@docket/server/testing';
import { sql } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { chooseBrowser } from '../browser.ts';
import { type OwnBrowser, startOwnBrowser } from '../harness/own-browser.ts';
import type { TaskState } from './expected.ts';

const ACCOUNT = { email: 'soak@example.com', password: 'correct horse battery' };
const WINDOWS = 2;
/** So long the disk may take for what was on screen just before all of the browser is killed. */
const DISK_MS = 250;
/** Chromium writes its cookies every half a minute: a token is taken for as old as it is until it must be on the disk. */
const COOKIE_ON_DISK_MS = 45_000;

/** A server on a database, and a browser with two windows; all of it can be killed. */
export interface World {
  readonly pages: readonly Page[];
  /** How often somebody had to sign in again. */
  readonly signIns: number;
  /** Opens what was killed, and signs in where a window asks for it. */
  heal(): Promise<void>;
  /** Kills the server, and starts it again so much later, while all goes on. */
  killServer(pauseMs: number): void;
  killTab(index: number): Promise<void>;
  /** False where it lives on, because the cookie of the sign-in is not on the disk yet. */
  killBrowser(): Promise<boolean>;
  /** Lets ten minutes pass for a session whose newest cookie is on the disk, so that it is replaced next. */
  age(): Promise<void>;
  /** Every task that the server has. */
  readTasks(): Promise<TaskState[]>;
  close(): Promise<void>;
}

/** Opens a page that may still have to wait for its server. */
const load = async (page: Page, url: string): Promise<void> => {
  for (;;) {
    try {
      await page.goto(url);
      return;
    } catch {
      await sleep(200);
    }
  }
};

export const startWorld = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'docket-soak-'));
  // PostgreSQL runs as a user of its own where this runs as root.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'data') });
  const variables = { DATABASE_URL: postgres.url, JWT_SECRET: 'a secret for the soak', RATE_LIMITS: 'off' };
  let server = await startDocket(variables);
  const { url } = server;
  const { db, close: closeDatabase } = openDatabase(postgres.url);
  await fetch(`${url}/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ACCOUNT),
  });
  const choice = await chooseBrowser();
  const startBrowser = (): Promise<OwnBrowser> => startOwnBrowser(choice, join(folder, 'profile'));
  let browser = await startBrowser();
  let pages: Page[] = [];
  let signIns = -1;
  let restarting = Promise.resolve();
  let signedInAt = Date.now();

  const openWindow = async (): Promise<Page> => {
    const page = await browser.context.newPage();
    page.setDefaultTimeout(30_000);
    await load(page, url);
    return page;
  };

  /** Either the tasks or the sign-in: then the session is lost. */
  const enter = async (page: Page): Promise<void> => {
    const password = page.getByLabel('Password', { exact: true });
    await page
      .getByRole('link', { name: /^Tasks/ })
      .or(password)
      .waitFor();
    if (!(await password.isVisible())) return;
    signIns += 1;
    await restarting;
    await page.getByLabel('E-mail').fill(ACCOUNT.email);
    await password.fill(ACCOUNT.password);
    await password.press('Enter');
    await page.getByRole('link', { name: /^Tasks/ }).waitFor();
    signedInAt = Date.now();
  };

  const heal = async (): Promise<void> => {
    pages = pages.filter((page) => !page.isClosed());
    while (pages.length < WINDOWS) pages.push(await openWindow());
    for (const page of pages) await enter(page);
  };

  await heal();
  // From here on the pages open without a server, too.
  for (const page of pages) await page.evaluate('navigator.serviceWorker.ready.then(() => true)');

  return {
    get pages() {
      return pages;
    },
    get signIns() {
      return signIns;
    },
    heal,
    killServer: (pauseMs) => {
      const restart = async (): Promise<void> => {
        await server.kill();
        await sleep(pauseMs);
        server = await startDocket({ ...variables, PORT: new URL(url).port });
      };
      restarting = restarting.then(restart);
    },
    killTab: async (index) => {
      const page = pages[index];
      if (page === undefined) return;
      const crashes = pages.map((each) =>
        each.waitForEvent('crash').then(
          () => each.close(),
          () => {},
        ),
      );
      const session = await browser.context.newCDPSession(page);
      // Nobody is left to return.
      session.send('Page.crash').catch(() => {});
      await Promise.race(crashes);
    },
    killBrowser: async () => {
      if (Date.now() - signedInAt < COOKIE_ON_DISK_MS) return false;
      await sleep(DISK_MS);
      await browser.kill();
      pages = [];
      browser = await startBrowser();
      return true;
    },
    age: async () => {
      await db
        .update(sessions)
        .set({ refreshedAt: sql`refreshed_at - interval '11 minutes'` })
        .where(sql`refreshed_at < now() - ${COOKIE_ON_DISK_MS} * interval '1 millisecond'`);
    },
    readTasks: async () =>
      (await db.select().from(tasks)).map(({ title, description, completed, deletedAt }) => ({
        title,
        description,
        completed,
        deleted: deletedAt !== null,
      })),
    close: async () => {
      await restarting;
      await browser.kill();
      await server.stop();
      await closeDatabase();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
