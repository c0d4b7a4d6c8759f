import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readAskedState } from '@docket/api/testing';
import { createLinkTokens } from '@docket/auth';
import { outbox, users } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const secret = randomBytes(48).toString('base64url');
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const runOutbox = async (variables: NodeJS.ProcessEnv = {}): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@docket/source', '--import', 'tsx', 'apps/server/src/commands/outbox.ts'],
    { cwd: ROOT, env: { DATABASE_URL: database.url, JWT_SECRET: secret, ...variables } },
  );
  return stdout;
};

test('the command lists the mails that wait, newest last, with links that are good', async () => {
  expect(await runOutbox()).toBe('No mail waits.\n');

  const userId = uuidv7();
  await database.db.insert(users).values({ id: userId, email: 'ada@example.com', hashedPassword: 'no password' });
  const linkId = uuidv7();
  const recipient = 'ada@example.com';
  const asked = { kind: 'password-reset', recipient, ...readAskedState({ recipient }) } as const;
  await database.db.insert(outbox).values([
    { id: linkId, ...asked },
    { id: uuidv7(), kind: 'password-reset', recipient: 'nobody@example.com' },
    {
      id: uuidv7(),
      kind: 'password-changed',
      userId,
      recipient: 'ada@example.com',
      createdAt: sql`now() - interval '1 hour'`,
    },
  ]);

  const [notice, reset, end] = (await runOutbox({ PUBLIC_URL: 'https://docket.example' })).split('\n');
  expect(notice).toMatch(/^\S+Z {2}ada@example\.com {2}Your Docket password was changed$/);
  expect(reset).toMatch(/^\S+Z {2}ada@example\.com {2}Reset your Docket password: https:\/\/docket\.example\/\S+$/);
  expect(end).toBe('');
  const token = reset?.split('#token=')[1] ?? '';
  expect(createLinkTokens({ secret }).parse('password-reset', token)).toEqual({ userId, linkId });

  expect(await runOutbox({ PORT: '4000' })).toContain(' http://localhost:4000/reset-password#token=');
});
