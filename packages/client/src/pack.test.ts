import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NEXT_REVISION, takeRevision } from '@docket/api';
import { tasks } from '@docket/db';
import { createTestDatabase } from '@docket/db/testing';
import { mintUserIn, startDocket } from '@docket/server/testing';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createDocketClient } from './index.ts';

const run = promisify(execFile);
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

const CONSUMER = `
import { createDocketClient, DocketError, type DocketErrorCode, type DocketInputs, type DocketOutputs, type Task } from '@docket/client';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const hold = <T extends true>(_is: T): void => {};

const client = createDocketClient({ url: 'http://docket.example', token: async () => 'token', fetch });
const task = await client.tasks.create.mutate({ title: 'Water the plants' });
hold<Equal<typeof task, Task>>(true);
hold<Equal<Task['completedAt'], string | null>>(true);
hold<Equal<DocketInputs['tasks']['get'], { id: string }>>(true);
const page = await client.tasks.list.query({ limit: 2 }, { signal: AbortSignal.timeout(1000) });
hold<Equal<typeof page, { items: Task[]; nextCursor: string | null }>>(true);
const subscription = client.sync.changes.subscribe(
  { lastEventId: 7 },
  {
    onData: ({ id, data }) => {
      hold<Equal<typeof id, string>>(true);
      hold<Equal<typeof data, DocketOutputs['sync']['pull']>>(true);
      hold<Equal<typeof data.next, string | null>>(true);
    },
    onError: (error) => hold<Equal<DocketError extends typeof error ? true : false, true>>(true),
  },
);
subscription.unsubscribe();
const failure: unknown = null;
if (failure instanceof DocketError) hold<Equal<typeof failure.code, DocketErrorCode>>(true);

// @ts-expect-error a title is text
client.tasks.create.mutate({ title: 1 });
// @ts-expect-error a title is needed
client.tasks.create.mutate({});
// @ts-expect-error a list is a query
client.tasks.list.mutate;
// @ts-expect-error there is no such procedure
client.tasks.archive;
// @ts-expect-error a task has no such field
task.owner;
`;

const SCRIPT = `
import { createDocketClient, DocketError } from '@docket/client';

const client = createDocketClient({ url: process.argv[2], token: 'the-token' });
const task = await client.tasks.create.mutate({ title: 'Water the plants' });
const error = await client.tasks.get.query({ id: task.id }).catch((reason) => reason);
const { code, httpStatus, path, message } = error;
console.log(JSON.stringify({ task, error: { isDocketError: error instanceof DocketError, code, httpStatus, path, message } }));
`;

/** The README's example of following, in a module of its own. */
const readFollowExample = async (): Promise<string> => {
  const readme = await readFile(join(packageFolder, 'README.md'), 'utf8');
  const [, example = ''] = /## Following changes\n+```ts\n(.*?)```/s.exec(readme) ?? [];
  return `import { createDocketClient } from '@docket/client';
const [url = '', token = ''] = process.argv.slice(2);
const client = createDocketClient({ url, token });
${example}`;
};

const listFiles = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).toSorted();
};

const createContext = ({ req }: { req: IncomingMessage }) => ({ authorization: req.headers.authorization });

describe('the packed client in a folder of its own', () => {
  let folder = '';
  let installed = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docket-client-'));
    installed = join(folder, 'node_modules/@docket/client');
    await run('npx', ['--yes', 'pnpm', 'pack', '--pack-destination', folder], { cwd: packageFolder });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    // Without peers: tRPC's one on TypeScript would bring a compiler along.
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=peer'];
    await run('npm', ['install', ...flags, './docket-client-0.1.0.tgz'], { cwd: folder });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds what is built from the sources, the declarations that it carries, and no more', async () => {
    const sources = (await readdir(join(packageFolder, 'src'))).filter((name) => /^[\w-]+\.ts$/.test(name));
    const built = sources.flatMap((name) => ['.js', '.d.ts'].map((ending) => `dist/${name.replace(/\.ts$/, ending)}`));
    const carried = ['dist/procedures.d.ts', 'dist/procedure-meta.d.ts'];
    const files = await listFiles(installed);
    expect(files).toEqual([...built, ...carried, 'LICENSE', 'README.md', 'package.json'].toSorted());
    for (const file of files) {
      expect(await readFile(join(installed, file), 'utf8')).not.toMatch(
        /sourceMappingURL=|@docket\/source|"catalog:|"workspace:/,
      );
    }
  });

  it('brings none of the server’s dependencies along', async () => {
    const lock: unknown = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
    expect(lock).toMatchObject({
      packages: {
        'node_modules/@docket/client': {
          dependencies: { '@trpc/client': '11.19.0', '@trpc/server': '11.19.0', eventsource: '4.1.1', uuidv7: '1.2.1' },
        },
      },
    });
    expect(await readdir(join(folder, 'node_modules/@trpc'))).toEqual(['client', 'server']);
    const names = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(names.toSorted()).toEqual(['@docket', '@trpc', 'eventsource', 'eventsource-parser', 'uuidv7']);
  });

  it.each([
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ])('types every call under module %s, moduleResolution %s', async (module, moduleResolution) => {
    const check = async (skipLibCheck: boolean): Promise<string> => {
      const lib = ['ES2023', 'ESNext.Disposable', 'DOM'];
      const resolution = { module, moduleResolution, target: 'ES2023', lib, types: [] };
      const compilerOptions = {
        ...resolution,
        skipLibCheck,
        noEmit: true,
        strict: true,
        exactOptionalPropertyTypes: true,
      };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
      return run(process.execPath, [tsc], { cwd: folder }).then(
        ({ stdout }) => stdout,
        (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)),
      );
    };
    await writeFile(join(folder, 'consumer.ts'), CONSUMER);
    expect(await check(true)).toBe('');
    // tRPC's own declarations name packages that it does not install (`ws`); ours stand a closer look.
    const complaints = (await check(false)).split('\n').filter((line) => line !== '');
    expect(complaints.filter((line) => !line.startsWith('node_modules/@trpc/'))).toEqual([]);
  });

  it('calls a tRPC server', async () => {
    const t = initTRPC.context<{ authorization: string | undefined }>().create({ isDev: false });
    const router = t.router({
      tasks: {
        create: t.procedure
          .input((input: unknown) => Object(input))
          .mutation(({ ctx, input }) => ({ ...input, ...ctx })),
        get: t.procedure.query(() => {
          throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such task.' });
        }),
      },
    });
    const server = createServer(createHTTPHandler({ router, createContext, basePath: '/trpc/' }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The server does not listen.');

    await writeFile(join(folder, 'script.js'), SCRIPT);
    const { stdout } = await run(process.execPath, ['script.js', `http://127.0.0.1:${address.port}`], { cwd: folder });
    const message = 'There is no such task.';
    expect(JSON.parse(stdout)).toEqual({
      task: { id: expect.any(String), title: 'Water the plants', authorization: 'Bearer the-token' },
      error: { isDocketError: true, code: 'NOT_FOUND', httpStatus: 404, path: 'tasks.get', message },
    });
  });

  it('follows changes as its README says: past a killed server, to the end of the session, and then lets go', async () => {
    const database = await createTestDatabase();
    onTestFinished(database.close);
    const secret = randomBytes(48).toString('base64url');
    const variables = { DATABASE_URL: database.url, JWT_SECRET: secret };
    const first = await startDocket(variables);
    const { id: userId, token } = await mintUserIn(database, secret);
    const client = createDocketClient({ url: first.url, token });

    await writeFile(join(folder, 'follow.js'), await readFollowExample());
    const follower = spawn(process.execPath, ['follow.js', first.url, token], { cwd: folder });
    const ended = once(follower, 'exit');
    let output = '';
    follower.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const told = (text: string) => expect.poll(() => output).toBe(text);
    await told('0 tasks at 0\n');
    const { id } = await client.tasks.create.mutate({ title: 'Ahead of the end' });
    await told('0 tasks at 0\n1 tasks at 1\n');

    await first.kill();
    const add = (count: number, description: string) =>
      database.db
        .with(takeRevision(database.db, userId))
        .insert(tasks)
        .values(
          Array.from({ length: count }, () => ({
            userId,
            id: randomUUID(),
            title: 'Missed',
            description,
            revision: NEXT_REVISION,
          })),
        );
    await add(1, '');
    // More than one page.
    await add(40, 'x'.repeat(10_000));
    const second = await startDocket({ ...variables, PORT: new URL(first.url).port });
    onTestFinished(second.stop);
    await told('0 tasks at 0\n1 tasks at 1\n42 tasks at 3\n');
    await client.tasks.delete.mutate({ id });
    await told('0 tasks at 0\n1 tasks at 1\n42 tasks at 3\n41 tasks at 4\n');

    const leaving = spawn(process.execPath, ['follow.js', first.url, token], { cwd: folder });
    const left = once(leaving, 'exit');
    await once(leaving.stdout, 'data');
    leaving.kill('SIGTERM');
    expect(await left).toEqual([0, null]);

    await client.auth.logout.mutate();
    expect(await ended).toEqual([0, null]);
    expect(output).toMatch(/\n41 tasks at 4\nEnded: You are not signed in, or no longer.*\n$/);
  });
});
