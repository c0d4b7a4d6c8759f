import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { changeClock, tasks } from '@docket/db';
import { createTestDatabase } from '@docket/db/testing';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

test('the command makes tasks that whoever follows the account already is told of', async () => {
  const database = await createTestDatabase();
  onTestFinished(database.close);
  await promisify(execFile)(
    process.execPath,
    ['--conditions=@docket/source', '--import', 'tsx', 'apps/server/src/commands/seed.ts'],
    { cwd: ROOT, env: { DATABASE_URL: database.url, BCRYPT_COST: '4' } },
  );
  expect(await database.db.select({ revision: changeClock.revision }).from(changeClock)).toEqual([{ revision: 1 }]);
  expect(await database.db.selectDistinct({ revision: tasks.revision }).from(tasks)).toEqual([{ revision: 1 }]);
});
