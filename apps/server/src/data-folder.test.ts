import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderError, ensureDataFolder, keepSecret } from './data-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'docket-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the secret is made once, kept, and for its owner alone', () => {
  const first = keepSecret(join(folder, 'a', 'b'));
  expect(first).toMatchObject({ isNew: true, secret: expect.stringMatching(/^[\w-]{64}$/) });
  expect(statSync(first.file).mode & 0o777).toBe(0o600);
  expect(readFileSync(first.file, 'utf8').trim()).toBe(first.secret);
  expect(keepSecret(join(folder, 'a', 'b'))).toEqual({ ...first, isNew: false });
  expect(keepSecret(join(folder, 'c')).secret).not.toBe(first.secret);
});

test('a secret of an operator`s own is taken as it is, and an empty file is filled', () => {
  writeFileSync(join(folder, 'jwt-secret'), 'one of my own\n');
  expect(keepSecret(folder)).toMatchObject({ secret: 'one of my own', isNew: false });
  writeFileSync(join(folder, 'jwt-secret'), '\n', { mode: 0o644 });
  expect(keepSecret(folder).isNew).toBe(true);
  expect(keepSecret(folder).secret).toHaveLength(64);
});

test('a data folder that is a file is named, with what to do', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const use of [() => ensureDataFolder(file), () => keepSecret(file), () => keepSecret(join(file, 'below'))]) {
    expect(use).toThrow(DataFolderError);
    expect(use).toThrow(file);
    expect(use).toThrow('DATABASE_URL and JWT_SECRET');
  }
});

test('a secret that is a folder is no secret', () => {
  ensureDataFolder(join(folder, 'jwt-secret'));
  expect(() => keepSecret(folder)).toThrow(DataFolderError);
});
