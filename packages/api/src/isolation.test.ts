import { randomUUID } from 'node:crypto';
import type { AnyTRPCProcedure } from '@trpc/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appRouter, type createCaller } from './app-router.ts';
import type { procedures } from './procedures.ts';
import { createTestApi, makeMailedLink, type TestApi } from './testing/index.ts';

type Caller = ReturnType<typeof createCaller>;

/** What another user owns and tries to be reached. */
interface Victim {
  task: string;
  session: string;
  link: string;
}

/** How a procedure is called in the matrix, and what must be true of its answer to somebody else. */
type Access =
  /** Anybody may call it. */
  | { kind: 'public' }
  /** It names nothing: it answers about the caller, and nothing of the victim may be in the answer. */
  | { kind: 'own'; call: (caller: Caller) => Promise<unknown> }
  /** It names a row: the victim's must answer what an unknown one answers. */
  | { kind: 'row'; of: keyof Victim; call: (caller: Caller, id: string) => Promise<unknown> }
  /** It takes an id that the caller may choose: the victim's row must not be touched or shown. */
  | { kind: 'chosen id'; of: keyof Victim; call: (caller: Caller, id: string) => Promise<unknown> };

type PathsIn<Record, Prefix extends string = ''> = {
  [Name in keyof Record & string]: Record[Name] extends AnyTRPCProcedure
    ? `${Prefix}${Name}`
    : PathsIn<Record[Name], `${Prefix}${Name}.`>;
}[keyof Record & string];
type ProcedurePath = PathsIn<typeof procedures>;

/** What only the victim knows; the strangers of the matrix do not. */
const PASSWORD = 'correct horse battery';
const GUESS = { currentPassword: 'wrong horse battery' };

/** One entry a procedure; a procedure without one fails the type check and the test. */
const MATRIX: Record<ProcedurePath, Access> = {
  'auth.signup': { kind: 'public' },
  'auth.login': { kind: 'public' },
  'auth.requestPasswordReset': { kind: 'public' },
  'auth.checkResetLink': { kind: 'public' },
  'auth.resetPassword': { kind: 'public' },
  'auth.refresh': { kind: 'own', call: (caller) => caller.auth.refresh() },
  'auth.endCookieSession': { kind: 'public' },
  'auth.me': { kind: 'own', call: (caller) => caller.auth.me() },
  'auth.logout': { kind: 'own', call: (caller) => caller.auth.logout() },
  'auth.changePassword': {
    kind: 'own',
    call: (caller) => caller.auth.changePassword({ ...GUESS, newPassword: 'a quite new password' }),
  },
  'auth.sessions.list': { kind: 'own', call: (caller) => caller.auth.sessions.list() },
  'auth.sessions.revoke': { kind: 'row', of: 'session', call: (caller, id) => caller.auth.sessions.revoke({ id }) },
  'auth.sessions.revokeOthers': { kind: 'own', call: (caller) => caller.auth.sessions.revokeOthers() },
  'account.update': { kind: 'own', call: (caller) => caller.account.update({ name: 'Mine' }) },
  'account.changeEmail': {
    kind: 'own',
    call: (caller) => caller.account.changeEmail({ ...GUESS, newEmail: 'mine@example.com' }),
  },
  'account.confirmEmail': { kind: 'own', call: (caller) => caller.account.confirmEmail({ token: victim.link }) },
  'account.activity': { kind: 'own', call: (caller) => caller.account.activity() },
  'account.export': { kind: 'own', call: (caller) => caller.account.export({}) },
  'account.delete': { kind: 'own', call: (caller) => caller.account.delete(GUESS) },
  'tasks.list': { kind: 'own', call: (caller) => caller.tasks.list({}) },
  'tasks.get': { kind: 'row', of: 'task', call: (caller, id) => caller.tasks.get({ id }) },
  'tasks.create': { kind: 'chosen id', of: 'task', call: (caller, id) => caller.tasks.create({ id, title: 'Mine' }) },
  'tasks.update': { kind: 'row', of: 'task', call: (caller, id) => caller.tasks.update({ id, title: 'Mine' }) },
  'tasks.restore': { kind: 'row', of: 'task', call: (caller, id) => caller.tasks.restore({ id }) },
  'sync.pull': { kind: 'own', call: (caller) => caller.sync.pull({}) },
  'sync.changes': { kind: 'own', call: async (caller) => await readFirst(await caller.sync.changes({})) },
  'tasks.delete': { kind: 'row', of: 'task', call: (caller, id) => caller.tasks.delete({ id }) },
};

/** What a stream begins with. */
const readFirst = async (stream: AsyncIterable<unknown>): Promise<unknown> => {
  for await (const event of stream) return event;
  return undefined;
};

const TITLE = 'The secret plans of Ada';
const NAME = 'Ada Lovelace';
const EMAIL = 'ada@lovelace.example';
let api: TestApi;
let owner: Caller;
let ownerId: string;
let victim: Victim;

beforeAll(async () => {
  api = await createTestApi();
  const { access_token: token } = await api.call().auth.signup({ email: EMAIL, password: PASSWORD, name: NAME });
  owner = api.call(token, { isFromOwnPage: true });
  ownerId = (await owner.auth.me()).id;
  const [session] = await owner.auth.sessions.list();
  const link = { purpose: 'email-change', userId: ownerId, email: 'eve@example.com' } as const;
  victim = {
    task: (await owner.tasks.create({ title: TITLE })).id,
    session: session?.id ?? '',
    link: await makeMailedLink({ db: api.database.db, secret: api.secret }, link),
  };
});
afterAll(() => api.close());

const readOutcome = async (outcome: Promise<unknown>): Promise<unknown> =>
  outcome.then(
    (answer) => ({ answer }),
    (error: unknown) =>
      error instanceof Error && 'code' in error ? { code: error.code, message: error.message } : { error },
  );

const reach = (access: Exclude<Access, { kind: 'public' }>, caller: Caller, id?: string): Promise<unknown> =>
  access.kind === 'own' ? access.call(caller) : access.call(caller, id ?? victim[access.of]);

test('every procedure of the router has its entry, and no entry is without a procedure', () => {
  expect(Object.keys(MATRIX).toSorted()).toEqual(Object.keys(appRouter._def.procedures).toSorted());
});

const protectedEntries = Object.entries(MATRIX).flatMap(([path, access]) =>
  access.kind === 'public' ? [] : [{ path, access }],
);

test.each(protectedEntries)('$path answers UNAUTHORIZED to who is signed out (ASVS 8.3.1)', async ({ access }) => {
  const nobody = api.call(undefined, { isFromOwnPage: true });
  expect(await readOutcome(reach(access, nobody))).toMatchObject({ code: 'UNAUTHORIZED' });
});

test.each(protectedEntries)(
  '$path neither shows nor changes what belongs to another user (ASVS 8.2.2)',
  async ({ access }) => {
    const { token } = await api.mintUser();
    const stranger = api.call(token, { isFromOwnPage: true });
    const outcome = await readOutcome(reach(access, stranger));
    if (access.kind === 'row') {
      expect(outcome).toMatchObject({ code: 'NOT_FOUND' });
      const other = await api.mintUser();
      expect(await readOutcome(reach(access, api.call(other.token), randomUUID()))).toEqual(outcome);
    }
    for (const secret of [TITLE, NAME, EMAIL, ownerId, victim.session]) {
      expect(JSON.stringify(outcome)).not.toContain(secret);
    }
    expect(await owner.tasks.get({ id: victim.task })).toMatchObject({ title: TITLE });
    expect(await owner.auth.me()).toMatchObject({ id: ownerId, name: NAME, email: EMAIL });
    await expect(api.call().auth.login({ email: EMAIL, password: PASSWORD })).resolves.toBeDefined();
  },
);

test('only these may be called by anybody', () => {
  const paths = Object.entries(MATRIX).flatMap(([path, access]) => (access.kind === 'public' ? [path] : []));
  expect(paths.toSorted()).toEqual([
    'auth.checkResetLink',
    'auth.endCookieSession',
    'auth.login',
    'auth.requestPasswordReset',
    'auth.resetPassword',
    'auth.signup',
  ]);
});
