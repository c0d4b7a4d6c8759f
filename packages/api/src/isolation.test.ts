import { randomUUID } from 'node:crypto';
import type { inferRouterInputs } from '@trpc/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppRouter, appRouter, type createCaller } from './app-router.ts';
import { createTestApi, type TestApi, type TestUser } from './testing/index.ts';

type Inputs = inferRouterInputs<AppRouter>;
type Caller = ReturnType<typeof createCaller>;

/** What another user owns and tries to be reached. */
interface Victim {
  taskId: string;
}

/** How a procedure is called in the matrix, and what must be true of its answer to somebody else. */
type Access =
  /** Anybody may call it. */
  | { kind: 'public' }
  /** It names nothing: it answers about the caller, and nothing of the victim may be in the answer. */
  | { kind: 'own'; call: (caller: Caller) => Promise<unknown> }
  /** It names a row: the victim's must answer what an unknown one answers. */
  | { kind: 'row'; call: (caller: Caller, id: string) => Promise<unknown> }
  /** It takes an id that the caller may choose: the victim's row must not be touched or shown. */
  | { kind: 'chosen id'; call: (caller: Caller, id: string) => Promise<unknown> };

type ProcedurePath = { [Noun in keyof Inputs]: `${Noun & string}.${keyof Inputs[Noun] & string}` }[keyof Inputs];

/** One entry a procedure; a procedure without one fails the type check and the test. */
const MATRIX: Record<ProcedurePath, Access> = {
  'auth.signup': { kind: 'public' },
  'auth.login': { kind: 'public' },
  'auth.me': { kind: 'own', call: (caller) => caller.auth.me() },
  'auth.logout': { kind: 'own', call: (caller) => caller.auth.logout() },
  'tasks.list': { kind: 'own', call: (caller) => caller.tasks.list({}) },
  'tasks.get': { kind: 'row', call: (caller, id) => caller.tasks.get({ id }) },
  'tasks.create': { kind: 'chosen id', call: (caller, id) => caller.tasks.create({ id, title: 'Mine' }) },
  'tasks.update': { kind: 'row', call: (caller, id) => caller.tasks.update({ id, title: 'Mine' }) },
  'tasks.delete': { kind: 'row', call: (caller, id) => caller.tasks.delete({ id }) },
};

const TITLE = 'The secret plans of Ada';
let api: TestApi;
let owner: TestUser;
let victim: Victim;

beforeAll(async () => {
  api = await createTestApi();
  owner = await api.mintUser();
  victim = { taskId: (await api.call(owner.token).tasks.create({ title: TITLE })).id };
});
afterAll(() => api.close());

const readOutcome = async (outcome: Promise<unknown>): Promise<unknown> =>
  outcome.then(
    (answer) => ({ answer }),
    (error: unknown) =>
      error instanceof Error && 'code' in error ? { code: error.code, message: error.message } : { error },
  );

test('every procedure of the router has its entry, and no entry is without a procedure', () => {
  expect(Object.keys(MATRIX).toSorted()).toEqual(Object.keys(appRouter._def.procedures).toSorted());
});

const protectedEntries = Object.entries(MATRIX).flatMap(([path, access]) =>
  access.kind === 'public' ? [] : [{ path, access }],
);

test.each(protectedEntries)('$path answers UNAUTHORIZED to who is signed out', async ({ access }) => {
  expect(await readOutcome(access.call(api.call(), victim.taskId))).toMatchObject({ code: 'UNAUTHORIZED' });
});

test.each(protectedEntries)('$path neither shows nor changes what belongs to another user', async ({ access }) => {
  const stranger = await api.mintUser();
  const outcome = await readOutcome(access.call(api.call(stranger.token), victim.taskId));
  if (access.kind === 'row') {
    expect(outcome).toMatchObject({ code: 'NOT_FOUND' });
    expect(await readOutcome(access.call(api.call(stranger.token), randomUUID()))).toEqual(outcome);
  }
  for (const secret of [TITLE, owner.id, owner.email]) expect(JSON.stringify(outcome)).not.toContain(secret);
  expect(await api.call(owner.token).tasks.get({ id: victim.taskId })).toMatchObject({ title: TITLE });
  expect(await api.call(owner.token).auth.me()).toMatchObject({ id: owner.id });
});

test.each(Object.entries(MATRIX).filter(([, access]) => access.kind === 'public'))(
  '%s is one of the two that anybody may call',
  (path) => {
    expect(['auth.login', 'auth.signup']).toContain(path);
  },
);
