import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { openDatabase } from './database.ts';
import { isMigrated, migrateDatabase } from './migrations.ts';
import { changeClock, tasks, users } from './tables.ts';
import { createTestDatabase } from './testing/index.ts';

/** A database with nothing in it. */
const createEmptyDatabase = async () => {
  const url = new URL(inject('postgresUrl'));
  const administration = postgres(url.href, { max: 1, onnotice: () => {} });
  url.pathname = `/empty_${randomBytes(8).toString('hex')}`;
  await administration.unsafe(`create database ${url.pathname.slice(1)}`);
  await administration.end();
  const { db, close } = openDatabase(url.href);
  onTestFinished(close);
  return { url: url.href, db };
};

const listApplied = `select hash, created_at from drizzle.__drizzle_migrations order by id`;

describe('migrateDatabase', () => {
  test('makes the tables, and is harmless again', async () => {
    const { url, db } = await createEmptyDatabase();
    await migrateDatabase(url);
    expect(await isMigrated(db)).toBe(true);
    const applied = [...(await db.execute(listApplied))];
    const userId = '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11';
    await db.insert(users).values({ id: userId, email: 'ada@example.com', hashedPassword: 'x' });
    await db.insert(tasks).values({ userId, id: userId, title: 'Stays' });
    await migrateDatabase(url);
    expect([...(await db.execute(listApplied))]).toEqual(applied);
    expect(await db.select({ title: tasks.title }).from(tasks)).toEqual([{ title: 'Stays' }]);
  });

  test('gives the tasks of before the changes were counted a revision, so that whoever follows from 0 on has them', async () => {
    const { db } = await createEmptyDatabase();
    const run = async (name: string): Promise<void> => {
      const text = await readFile(new URL(`../migrations/${name}.sql`, import.meta.url), 'utf8');
      for (const statement of text.split('--> statement-breakpoint')) await db.execute(statement);
    };
    await run('0000_foundation');
    await run('0001_accounts');
    const id = '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11';
    await db.execute(sql`insert into users (id, email, hashed_password) values (${id}, 'ada@example.com', 'x')`);
    await db.execute(sql`insert into tasks (user_id, id, title) values (${id}, ${id}, 'Old')`);
    await run('0002_changes');
    expect(await db.select({ revision: tasks.revision }).from(tasks)).toEqual([{ revision: 1 }]);
    const [clock] = await db.execute(sql`select revision, purged_revision from change_clock`);
    expect(clock).toEqual({ revision: '1', purged_revision: '0' });
    await run('0003_closed_doors');
    expect(await db.select().from(changeClock)).toEqual([
      { userId: id, revision: 1, purgedRevision: 0, taskCount: 1, byteCount: 3 },
    ]);
  });

  test('has triggers that count each user`s tasks and the bytes of their texts', async () => {
    const { url, db } = await createEmptyDatabase();
    await migrateDatabase(url);
    const [ada, ben] = ['018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11', '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b12'];
    const addUsers = sql`insert into users (id, email, hashed_password) values`;
    await db.execute(sql`${addUsers} (${ada}, 'ada@example.com', 'x'), (${ben}, 'ben@example.com', 'x')`);
    const readCounts = async () =>
      [...(await db.execute(sql`select task_count, byte_count from change_clock order by user_id`))].map(
        (clock) => `${String(clock['task_count'])} ${String(clock['byte_count'])}`,
      );
    await db.execute(sql`insert into tasks (user_id, id, title, description)
      values (${ada}, ${ada}, 'One', ''), (${ada}, ${ben}, 'Zwölf', 'four'), (${ben}, ${ada}, 'x', '')`);
    expect(await readCounts()).toEqual(['2 13', '1 1']);
    await db.execute(sql`update tasks set title = 'Longer', completed_at = now() where user_id = ${ada}`);
    expect(await readCounts()).toEqual(['2 16', '1 1']);
    await db.execute(sql`insert into tasks (user_id, id, title) values (${ada}, ${ada}, 'Twice')
      on conflict (user_id, id) do update set id = excluded.id`);
    expect(await readCounts()).toEqual(['2 16', '1 1']);
    await db.execute(sql`delete from tasks where id = ${ada}`);
    expect(await readCounts()).toEqual(['1 10', '0 0']);
    await db.execute(sql`delete from users where id = ${ada}`);
    expect(await readCounts()).toEqual(['0 0']);
  });

  test('by several replicas at once migrates an empty database once', async () => {
    const { url, db } = await createEmptyDatabase();
    await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(url)));
    expect(await isMigrated(db)).toBe(true);
    const hashes = [...(await db.execute<{ hash: string }>(listApplied))].map(({ hash }) => hash);
    expect(hashes).not.toEqual([]);
    expect(hashes).toEqual([...new Set(hashes)]);
  });

  test('leaves neither its lock nor a connection behind', async () => {
    const { url, db } = await createEmptyDatabase();
    await migrateDatabase(url);
    const [left] = await db.execute(sql`
      select (select count(*)::int from pg_locks where locktype = 'advisory' and database =
          (select oid from pg_database where datname = current_database())) as locks,
        (select count(*)::int from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend') as clients`);
    expect(left).toEqual({ locks: 0, clients: 0 });
  });

  test('fails where there is no such database', async () => {
    const url = new URL(inject('postgresUrl'));
    url.pathname = '/nowhere';
    await expect(migrateDatabase(url.href)).rejects.toMatchObject({ code: '3D000' });
  });
});

describe('isMigrated', () => {
  test('does not say yes of an empty database', async () => {
    const { db } = await createEmptyDatabase();
    expect(await isMigrated(db)).toBe(false);
  });

  test('says no where the newest migration is missing, and yes where a newer build was first', async () => {
    const { db, close } = await createTestDatabase();
    onTestFinished(close);
    expect(await isMigrated(db)).toBe(true);
    await db.execute(sql`update drizzle.__drizzle_migrations set created_at = created_at + 1`);
    expect(await isMigrated(db)).toBe(true);
    await db.execute(sql`update drizzle.__drizzle_migrations set created_at = created_at - 2`);
    expect(await isMigrated(db)).toBe(false);
    await db.execute(sql`delete from drizzle.__drizzle_migrations`);
    expect(await isMigrated(db)).toBe(false);
  });
});
