import { openDatabase } from '@docket/db';
import { openDatabaseDoor } from '@docket/db/testing';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createCaller } from './app-router.ts';
import { readRateLimits } from './rate-limit-settings.ts';
import { createRateLimits } from './rate-limits.ts';
import { createTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

/** A caller whose database hangs from now on. */
const createHangingCaller = async () => {
  const door = await openDatabaseDoor(api.database.url);
  const { db, close } = openDatabase(door.url);
  onTestFinished(async () => {
    await door.shut();
    // After a cut connection, postgres.js takes the five seconds that it may take.
    void close();
  });
  await db.execute(sql`select 1`);
  door.hold();
  const rateLimits = createRateLimits({ db, settings: readRateLimits('loginAddress=100/900,loginPair=100/900') });
  return createCaller({ ...api.makeContext(), db, rateLimits });
};

const CREDENTIALS = { email: 'ada@example.com', password: 'lamps under seven bridges' };

test('a call whose database hangs fails after five seconds, what it waited for its limits included', async () => {
  const caller = await createHangingCaller();
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let failures = 0;
  // The second one waits for the statement that counts the first.
  const calls = [1, 2].map(() =>
    caller.auth.login(CREDENTIALS).catch((error: unknown) => {
      failures += 1;
      return error;
    }),
  );
  await vi.advanceTimersByTimeAsync(4_990);
  expect(failures).toBe(0);
  await vi.advanceTimersByTimeAsync(20);
  expect(failures).toBe(2);
  expect(await Promise.all(calls)).toMatchObject([{ code: 'SERVICE_UNAVAILABLE' }, { code: 'SERVICE_UNAVAILABLE' }]);
});

test('what failed for want of the database counts neither as a wrong password nor as a mail', async () => {
  const door = await openDatabaseDoor(api.database.url);
  const { db, close } = openDatabase(door.url);
  onTestFinished(async () => {
    await door.shut();
    void close();
  });
  const { email } = await api.mintUser();
  const rateLimits = createRateLimits({ db, settings: readRateLimits('loginPair=2/900,resetEmail=1/900') });
  const notifyOutbox = vi.fn<() => void>();
  const caller = createCaller({ ...api.makeContext(), db, rateLimits, notifyOutbox });
  await door.shut();
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await expect(caller.auth.login({ ...CREDENTIALS, email })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(caller.auth.requestPasswordReset({ email })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  }
  await door.reopen();
  await vi.waitFor(() => caller.auth.requestPasswordReset({ email }), { timeout: 20_000 });
  expect(notifyOutbox).toHaveBeenCalledTimes(1);
  await expect(caller.auth.login({ ...CREDENTIALS, email })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});
