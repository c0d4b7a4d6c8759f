import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { expectStatus, expectTitles, setStage, signIn } from './support.ts';

const ASSETS = fileURLToPath(new URL('../dist/assets', import.meta.url));
const read = (name: string): string => readFileSync(join(ASSETS, name), 'utf8');
const names = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));

/** A text of each that survives minifying. */
const SERVER_SIDE = {
  drizzle: 'drizzle:',
  postgres: 'CONNECTION_DESTROYED',
  express: 'x-powered-by',
  initTRPC: 'You are trying to use @trpc/server in a non-server environment',
  bcrypt: 'hashed_password',
};

test.each(Object.entries(SERVER_SIDE))('the browser gets nothing of %s', (_, text) => {
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => read(name).includes(text))).toEqual([]);
});

test('all scripts that the signed-in page loads have at most 170 kB gzipped', async () => {
  const stage = await setStage();
  const { email } = await stage.makeAccount(['Here']);
  const { page, expectQuiet, close } = await stage.visit('/sign-in');
  await signIn(page, email);
  await expectTitles(page, ['Here']);
  const loaded = new Set<string>();
  page.on('response', (response) => {
    const [, name] = /\/assets\/([^/]+\.js)$/.exec(response.url()) ?? [];
    if (name !== undefined) loaded.add(name);
  });
  await page.reload();
  await expectTitles(page, ['Here']);
  await expectStatus(page, 'All changes saved');
  await page.getByRole('link', { name: 'Completed' }).click();
  await page.getByText('Nothing is completed yet').waitFor();
  expect(loaded.size).toBeGreaterThan(0);
  const bytes = [...loaded].reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
  expect(bytes).toBeLessThanOrEqual(170_000);
  expectQuiet();
  await close();
  await stage.close();
});
