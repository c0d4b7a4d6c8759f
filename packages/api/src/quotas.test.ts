import { randomUUID } from 'node:crypto';
import { changeClock, openDatabase, tasks } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from './app-router.ts';
import { DEFAULT_QUOTAS, readQuotas } from './quotas.ts';
import { SettingsError } from './settings-list.ts';
import { createTestApi, type TestApi } from './testing/index.ts';

describe('readQuotas', () => {
  test('has quotas unless told otherwise', () => {
    expect(readQuotas(undefined)).toEqual({ tasks: 100_000, bytes: 104_857_600 });
    expect(readQuotas('off')).toEqual({ tasks: null, bytes: null });
    expect(readQuotas(' tasks = 5 ')).toEqual({ ...DEFAULT_QUOTAS, tasks: 5 });
    expect(readQuotas('tasks=1000000000000,bytes=off')).toEqual({ tasks: 1_000_000_000_000, bytes: null });
  });

  test.each([
    ['', /^must be off or a list of name=number and name=off, separated by commas; entry 1 is neither$/],
    ['tasks', /entry 1 is neither$/],
    ['lists=5', /^names no quota in entry 1; the names are tasks, bytes$/],
    ['tasks=5,tasks=6', /^names tasks twice/],
    ['tasks=0', /^has no usable number for tasks: write tasks=number, 1 to 1000000000000, or tasks=off$/],
    ['bytes=1e3', /^has no usable number for bytes/],
    ['bytes=-1', /^has no usable number for bytes/],
    ['bytes=1000000000001', /^has no usable number for bytes/],
  ])('refuses %j', (text, fault) => {
    expect(() => readQuotas(text)).toThrow(SettingsError);
    expect(() => readQuotas(text)).toThrow(fault);
  });
});

describe('an account that is full', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await createTestApi({ quotas: 'tasks=5,bytes=100' });
  });
  afterAll(() => api.close());

  const signIn = async () => {
    const user = await api.mintUser();
    return { user, caller: api.call(user.token) };
  };
  const readClock = async (userId: string) => {
    const [clock] = await api.database.db.select().from(changeClock).where(eq(changeClock.userId, userId));
    return clock;
  };
  const full = {
    code: 'FORBIDDEN',
    message:
      'Your account is full: it can have at most 5 tasks and 100 bytes of titles and descriptions. ' +
      'What is in the trash counts, too, until it is deleted for good after 30 days.',
  };

  test('takes no further task, and says what counts; everything else goes on', async () => {
    const { user, caller } = await signIn();
    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) await caller.tasks.create({ id, title: 'One' });
    const [first = '', second = ''] = ids;
    await expect(caller.tasks.create({ title: 'Six' })).rejects.toMatchObject(full);
    expect(await caller.tasks.update({ id: first, title: 'Longer', completed: true })).toMatchObject({
      completed: true,
    });
    await caller.tasks.delete({ id: first });
    await expect(caller.tasks.create({ title: 'Six' })).rejects.toMatchObject(full);
    await caller.tasks.restore({ id: first });
    // Sent again, it is the task that is there, even from the trash.
    await caller.tasks.delete({ id: second });
    expect(await caller.tasks.create({ id: second, title: 'Two' })).toMatchObject({
      title: 'One',
      deletedAt: expect.any(String),
    });
    expect(await readClock(user.id)).toMatchObject({ taskCount: 5, byteCount: 18 });
    const { caller: other } = await signIn();
    await other.tasks.create({ title: 'Mine' });
  });

  test('counts the bytes of texts as they are stored, to the last one', async () => {
    const { user, caller } = await signIn();
    const { id } = await caller.tasks.create({ title: '1', description: '\u{1F9ED}'.repeat(24) });
    await expect(caller.tasks.create({ title: '1234' })).rejects.toMatchObject(full);
    await caller.tasks.create({ title: '123' });
    expect(await readClock(user.id)).toMatchObject({ taskCount: 2, byteCount: 100 });
    await expect(caller.tasks.update({ id, title: '12' })).rejects.toMatchObject(full);
    await expect(caller.tasks.update({ id, title: '12', completed: true })).rejects.toMatchObject(full);
    expect(await caller.tasks.get({ id })).toMatchObject({ title: '1', completed: false });
    await caller.tasks.update({ id, title: '2', completed: true });
    await caller.tasks.update({ id, title: '12', description: '\u{1F9ED}'.repeat(23) });
    expect(await readClock(user.id)).toMatchObject({ byteCount: 97 });
    await expect(caller.tasks.update({ id: randomUUID(), title: '1'.repeat(200) })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('that came to be above a quota shortens its texts and changes all else', async () => {
    const { user, caller } = await signIn();
    const [id, shorter] = [randomUUID(), 'x'.repeat(150)];
    await api.database.db.insert(tasks).values({ userId: user.id, id, title: 'x'.repeat(200) });
    expect(await caller.tasks.update({ id, title: shorter })).toMatchObject({ title: shorter });
    expect(await caller.tasks.update({ id, completed: true })).toMatchObject({ completed: true });
    await expect(caller.tasks.update({ id, title: `${shorter}x` })).rejects.toMatchObject(full);
  });

  test('shows a reader nothing of what was refused', async () => {
    const { caller } = await signIn();
    for (let index = 0; index < 5; index += 1) await caller.tasks.create({ title: String(index) });
    const { revision: since } = await caller.sync.pull({});
    await expect(caller.tasks.create({ title: 'Six' })).rejects.toMatchObject(full);
    expect(await caller.sync.pull({ since })).toMatchObject({ reset: false, next: null, tasks: [] });
  });

  test('has no more than the quota, however many write at once by two servers, and no create that took place is refused', async () => {
    const { user, caller } = await signIn();
    const elsewhere = openDatabase(api.database.url);
    const there = createCaller({ ...api.makeContext(user.token), db: elsewhere.db });
    const ids = Array.from({ length: 15 }, () => randomUUID());
    const outcomes = await Promise.allSettled(
      ids.flatMap((id) => [caller, there].map((each) => each.tasks.create({ id, title: 'At once' }))),
    );
    await elsewhere.close();
    const created = new Set(outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value.id] : [])));
    const rows = await api.database.db.select({ id: tasks.id }).from(tasks).where(eq(tasks.userId, user.id));
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map(({ id }) => id))).toEqual(created);
    expect(outcomes.filter((each) => each.status === 'fulfilled')).toHaveLength(10);
    for (const each of outcomes) if (each.status === 'rejected') expect(each.reason).toMatchObject(full);
    expect(await readClock(user.id)).toMatchObject({ taskCount: 5, byteCount: 35 });
  });
});
