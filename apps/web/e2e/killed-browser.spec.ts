import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessions } from '@docket/db';
import { sql } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type OwnBrowser, startOwnBrowser } from './harness/own-browser.ts';
import { expectStatus, expectTitles, setStage, signIn, type Stage } from './support.ts';

let stage: Stage;
let folder: string;
let browser: OwnBrowser | undefined;
beforeAll(async () => {
  stage = await setStage();
  folder = await mkdtemp(join(tmpdir(), 'docket-profile-'));
});
afterAll(async () => {
  await browser?.kill();
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

const start = async (): Promise<OwnBrowser> => {
  browser = await startOwnBrowser(inject('browser'), folder);
  return browser;
};

const open = async ({ context }: OwnBrowser): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(stage.server.url);
  return page;
};

const readCookie = async ({ context }: OwnBrowser): Promise<string | undefined> => (await context.cookies())[0]?.value;

/** From here on the session's cookie is replaced at the next refresh, as after ten minutes. */
const ageSession = () =>
  stage.database.db.update(sessions).set({ refreshedAt: sql`refreshed_at - interval '11 minutes'` });

test('a browser that is killed stays signed in, also where its newest cookies never reached the disk', async () => {
  const { email } = await stage.makeAccount(['Here']);
  const first = await start();
  const signedIn = await open(first);
  await signIn(signedIn, email);
  await expectTitles(signedIn, ['Here']);
  const kept = await readCookie(first);
  // Closing it writes the sign-in's cookie to the disk.
  await first.close();

  const second = await start();
  expect(await readCookie(second)).toBe(kept);
  await ageSession();
  for (const _ of [1, 2]) {
    const page = await open(second);
    await expectTitles(page, ['Here']);
  }
  await expect.poll(() => readCookie(second)).not.toBe(kept);
  await second.kill();

  const third = await start();
  expect(await readCookie(third)).toBe(kept);
  const page = await open(third);
  await expectStatus(page, 'All changes saved');
  await expectTitles(page, ['Here']);
});
