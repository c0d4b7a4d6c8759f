import { sql } from 'drizzle-orm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openReadinessProbe } from './readiness.ts';
import { createTestDatabase } from './testing/index.ts';

const openProbe = async (rememberMs: number) => {
  const { db, url, close } = await createTestDatabase();
  const probe = openReadinessProbe(url, { rememberMs });
  onTestFinished(async () => {
    await probe.close();
    await close();
  });
  return { db, probe };
};

describe('a readiness probe', () => {
  test('asks once for all who want to know at the same time, and remembers what it was told', async () => {
    const { db, probe } = await openProbe(600_000);
    const answers = [probe.isReady(), probe.isReady()];
    expect(answers[0]).toBe(answers[1]);
    expect(await answers[0]).toBe(true);
    await db.execute(sql`delete from drizzle.__drizzle_migrations`);
    expect(await probe.isReady()).toBe(true);
  });

  test('asks again when that was long ago', async () => {
    const { db, probe } = await openProbe(0);
    expect(await probe.isReady()).toBe(true);
    await db.execute(sql`delete from drizzle.__drizzle_migrations`);
    await expect.poll(probe.isReady).toBe(false);
  });

  test('is of use again after its connection was lost', async () => {
    const { db, probe } = await openProbe(0);
    expect(await probe.isReady()).toBe(true);
    await db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await expect.poll(probe.isReady).toBe(true);
  });

  test('says no where there is no database', async () => {
    const probe = openReadinessProbe('postgres://ada:secret@127.0.0.1:1/docket');
    onTestFinished(probe.close);
    expect(await probe.isReady()).toBe(false);
  });
});
