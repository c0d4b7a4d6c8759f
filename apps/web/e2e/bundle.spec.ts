import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const ASSETS = fileURLToPath(new URL('../dist/assets', import.meta.url));
const scripts = readdirSync(ASSETS)
  .filter((name) => name.endsWith('.js'))
  .map((name) => readFileSync(join(ASSETS, name), 'utf8'));

/** A text of each that survives minifying. */
const SERVER_SIDE = {
  drizzle: 'drizzle:',
  postgres: 'CONNECTION_DESTROYED',
  express: 'x-powered-by',
  initTRPC: 'You are trying to use @trpc/server in a non-server environment',
  bcrypt: 'hashed_password',
};

test.each(Object.entries(SERVER_SIDE))('the browser gets nothing of %s', (_, text) => {
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((script) => script.includes(text))).toEqual([]);
});

test('all scripts together have at most 170 kB gzipped', () => {
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(bytes).toBeLessThanOrEqual(170_000);
});
