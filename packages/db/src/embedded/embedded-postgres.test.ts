import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrateDatabase } from '../migrations.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { isAlive, waitUntil } from './processes.ts';
import { findRunningDatabase } from './running-database.ts';

const isRoot = process.getuid?.() === 0;
const moduleUrl = new URL('./embedded-postgres.ts', import.meta.url).href;
const repository = fileURLToPath(new URL('../../../..', import.meta.url));

let parent: string;
let folder: string;
let started: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'docket-embedded-'));
  // mkdtemp makes it for its owner only; most tests want the data inside, also as root.
  await chmod(parent, 0o755);
  folder = join(parent, '.data');
  started = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const database of started) {
    await database.stop();
    if (!database.dataFolder.startsWith(parent)) {
      await rm(dirname(database.dataFolder), { recursive: true, force: true });
    }
  }
  await rm(parent, { recursive: true, force: true });
});

const start = async (options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> => {
  const database = await startEmbeddedPostgres({ folder, isDurable: false, ...options });
  started.push(database);
  return database;
};

const query = async (url: string, text: string): Promise<readonly postgres.Row[]> => {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const readServerPid = (dataFolder: string): number =>
  Number.parseInt(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8'), 10);

/** Another process that starts the database and holds it; answers the URL that it prints. */
const startElsewhere = async (): Promise<{ owner: ChildProcess; url: string }> => {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(moduleUrl)});
    console.log((await startEmbeddedPostgres({ folder: process.argv[1], isDurable: false })).url);`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, folder];
  const owner = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(owner);
  const [printed] = await once(owner.stdout, 'data');
  return { owner, url: String(printed).trim() };
};

describe('startEmbeddedPostgres', () => {
  test('creates a database and finds it again at the next start', async () => {
    const first = await start();
    expect(first.isNew).toBe(true);
    await query(first.url, "create table notes as select 'kept' as body");
    await first.stop();
    await first.stop();
    const second = await start();
    expect(second.isNew).toBe(false);
    expect(await query(second.url, 'select body from notes')).toEqual([{ body: 'kept' }]);
    const [settings] = await query(
      second.url,
      "select lower('É') as lower, current_setting('timezone') as zone, current_setting('server_encoding') as encoding",
    );
    expect(settings).toEqual({ lower: 'é', zone: 'UTC', encoding: 'UTF8' });
    for (const name of ['postgres-password', 'postgres-server-password'])
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  const readRights = `select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as is_mighty,
    pg_has_role(datdba, 'member') as is_owner
    from pg_roles, pg_database where rolname = current_user and datname = current_database()`;

  test('opens its database to a role that owns it and may do nothing else', async () => {
    const database = await start();
    expect(await query(database.url, readRights)).toEqual([{ is_mighty: false, is_owner: true }]);
    await migrateDatabase(database.url);
    await expect(query(database.url, "copy (select 1) to program 'true'")).rejects.toMatchObject({ code: '42501' });
    await expect(query(database.url, 'create role mallory superuser')).rejects.toMatchObject({ code: '42501' });
    expect(await query(database.administrationUrl, 'select count(*)::int from users')).toEqual([{ count: 0 }]);
    expect(await findRunningDatabase(folder)).toBe(database.url);
  });

  test('hands a database over that belongs to the superuser, with all that is in it', async () => {
    const before = await start();
    await query(before.administrationUrl, 'alter database docket owner to docket; drop role docket_server');
    await migrateDatabase(before.administrationUrl);
    await query(
      before.administrationUrl,
      `create type mood as enum ('well'); create sequence numbers; create table diary (id serial, mood mood);
      insert into diary (mood) values ('well'); create view moods as select mood from diary;
      insert into users (id, email, hashed_password) values (gen_random_uuid(), 'ada@example.com', 'x')`,
    );
    await before.stop();
    await rm(join(folder, 'postgres-server-password'));
    const after = await start();
    expect(after.isNew).toBe(false);
    expect(await query(after.url, readRights)).toEqual([{ is_mighty: false, is_owner: true }]);
    await migrateDatabase(after.url);
    await query(after.url, 'drop view moods; drop table diary; drop type mood; drop sequence numbers');
    const insertTask = "insert into tasks (user_id, id, title) select id, id, 'One' from users";
    await query(after.url, `${insertTask}; alter table tasks add column spare text`);
    expect(await query(after.url, 'select task_count from change_clock')).toEqual([{ task_count: '1' }]);
    const owned = `select count(*)::int from pg_shdepend where refobjid = 'docket'::regrole and deptype = 'o'
      and dbid = (select oid from pg_database where datname = current_database())`;
    expect(await query(after.url, owned)).toEqual([{ count: 0 }]);
  });

  test('refuses a folder that another process uses, and harms nothing', async () => {
    const { owner, url } = await startElsewhere();
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(refusal)).toContain(`already running on ${folder} (process ${owner.pid})`);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await start();
  });

  test('lets exactly one of several starts at the same instant have a new folder', async () => {
    const attempts = await Promise.allSettled([start(), start(), start()]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(String(attempt.reason)).toContain('already running');
      else expect(await query(attempt.value.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    }
  });

  test('takes over the server and the data of an owner that was killed', async () => {
    const { owner, url } = await startElsewhere();
    await query(url, "create table notes as select 'kept' as body");
    const orphan = readServerPid(join(folder, 'postgres'));
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(isAlive(orphan)).toBe(true);
    const messages: string[] = [];
    const database = await start({ onEvent: ({ message }) => messages.push(message) });
    expect(isAlive(orphan)).toBe(false);
    expect(messages).toEqual([expect.stringContaining('left running by a process that died')]);
    expect(await query(database.url, 'select body from notes')).toEqual([{ body: 'kept' }]);
  });

  test('starts over a stale postmaster.pid whose process id now belongs to another program', async () => {
    const first = await start();
    const pidFile = join(first.dataFolder, 'postmaster.pid');
    const [, ...rest] = (await readFile(pidFile, 'utf8')).split('\n');
    await first.stop();
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(bystander);
    await writeFile(pidFile, [String(bystander.pid), ...rest].join('\n'));
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });

  test('brings a killed server back on the same URL, and stops also in the midst of that', async () => {
    const messages: string[] = [];
    // Durable, since this test asks for what was written a moment before the kill.
    const database = await start({ isDurable: true, onEvent: ({ message }) => messages.push(message) });
    await query(database.url, "create table notes as select 'kept' as body");
    const killed = readServerPid(database.dataFolder);
    process.kill(killed, 'SIGKILL');
    expect(await waitUntil(() => messages.includes('PostgreSQL runs again.'), 30_000)).toBe(true);
    expect(messages[0]).toContain('stopped unexpectedly (killed by SIGKILL)');
    expect(await query(database.url, 'select body from notes')).toEqual([{ body: 'kept' }]);

    const restarted = readServerPid(database.dataFolder);
    expect(restarted).not.toBe(killed);
    process.kill(restarted, 'SIGKILL');
    expect(await waitUntil(() => messages.length === 3, 5000)).toBe(true);
    await database.stop();
    expect(isAlive(restarted)).toBe(false);
    await expect(query(database.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(messages).toHaveLength(3);
  });

  test('names a folder that is a file', async () => {
    await writeFile(folder, '');
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EmbeddedPostgresError);
    expect(String(refusal)).toContain(`${folder} is a file`);
    folder = join(folder, 'below');
    await expect(start()).rejects.toBeInstanceOf(EmbeddedPostgresError);
  });

  test('leaves the cluster of another major version as it is', async () => {
    await mkdir(join(folder, 'postgres'), { recursive: true });
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow('was made by PostgreSQL 17, and this is PostgreSQL 18');
    expect(await readFile(join(folder, 'postgres', 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  const keepElsewhere = async (): Promise<void> => {
    await chmod(parent, 0o700);
    const first = await start();
    expect(first.dataFolder.startsWith(parent)).toBe(false);
    expect((await readFile(join(folder, 'postgres-location'), 'utf8')).trim()).toBe(first.dataFolder);
    await query(first.url, "create table notes as select 'kept' as body");
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'select body from notes')).toEqual([{ body: 'kept' }]);
  };

  const keepInside = async (): Promise<void> => {
    await chmod(parent, 0o700);
    const database = await start();
    expect(database.dataFolder).toBe(join(folder, 'postgres'));
    await database.stop();
    await chmod(parent, 0o500);
    folder = join(parent, 'another');
    await expect(start()).rejects.toThrow(/Permission denied for .*another/);
    await chmod(parent, 0o700);
  };

  test(
    isRoot
      ? 'as root keeps the data elsewhere when PostgreSQL may not enter the folder'
      : 'as an ordinary user keeps the data in the folder, whoever may enter it',
    isRoot ? keepElsewhere : keepInside,
  );
});
