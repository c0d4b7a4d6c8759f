import { users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

/** Has each new task refer to something else that is not there. */
const breakReference = async (): Promise<void> => {
  const { db } = api.database;
  await db.execute(sql`create table shelves (id uuid primary key)`);
  await db.execute(sql`create table shelved (task_id uuid, shelf_id uuid references shelves (id))`);
  await db.execute(sql`
    create function shelve() returns trigger language plpgsql as $$
    begin insert into shelved values (new.id, gen_random_uuid()); return new; end $$`);
  await db.execute(sql`create trigger shelve before insert on tasks for each row execute function shelve()`);
};

test('a row whose owner is gone signs out, and a row that lacks something else does not', async () => {
  const { token, id } = await api.mintUser();
  await breakReference();
  await expect(api.call(token).tasks.create({ title: 'On no shelf' })).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
  });
  await api.database.db.execute(sql`drop trigger shelve on tasks`);
  await api.database.db.execute(sql`
    create function leave() returns trigger language plpgsql as $$
    begin delete from users where id = new.user_id; return new; end $$`);
  await api.database.db.execute(sql`create trigger leave before insert on tasks for each row execute function leave()`);
  await expect(api.call(token).tasks.create({ title: 'Nobody`s' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect(await api.database.db.$count(users, eq(users.id, id))).toBe(1);
});
