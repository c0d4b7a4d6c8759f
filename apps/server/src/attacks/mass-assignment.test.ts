import { Task } from '@docket/domain';
import { randomUUID } from 'node:crypto';
import { tasks, users } from '@docket/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  callRest,
  callTrpc,
  createWireClient,
  listCallableProcedures,
  readStanding,
  signUp,
  startTestServer,
  type TestServer,
  type TestUser,
  type WireClient,
} from '../testing/index.ts';

let server: TestServer;
let client: WireClient;
let victim: TestUser;
let before: unknown;
beforeAll(async () => {
  server = await startTestServer();
  client = createWireClient(server.port);
  victim = await server.mintUser();
  await client.send('/api/tasks', { title: 'The victim`s own' }, { token: victim.token });
  before = await readVictim();
});
afterAll(() => server.stop());

const readVictim = async (): Promise<unknown> => ({
  user: await server.database.db.select().from(users).where(eq(users.id, victim.id)),
  tasks: await server.database.db.select().from(tasks).where(eq(tasks.userId, victim.id)),
});

/** Columns, and words that other services heed, each as JSON that may name a prototype. */
const listExtras = (): [string, string][] => [
  ...['userId', 'user_id', 'ownerId', 'user', 'sub'].map((name): [string, string] => [name, JSON.stringify(victim.id)]),
  ['hashedPassword', '"$2b$04$abcdefghijklmnopqrstuv"'],
  ['passwordVersion', '7'],
  ['createdAt', '"1970-01-01T00:00:00.000Z"'],
  ['completedAt', '"1970-01-01T00:00:00.000Z"'],
  ['deletedAt', '"1970-01-01T00:00:00.000Z"'],
  ['revision', '0'],
  ['role', '"admin"'],
  ['__proto__', '{"polluted":true,"completed":true}'],
  ['constructor', '{"prototype":{"polluted":true}}'],
  ['prototype', '{"polluted":true}'],
  ['toString', '"x"'],
  ['hasOwnProperty', '1'],
  ['then', '"x"'],
  ['length', '1e9'],
  ['', '"x"'],
  ['title[]', '"x"'],
];

const expectNothingPolluted = async (): Promise<void> => {
  // What a polluted prototype would add to an answer, or to an input that leaves a field out.
  const { token } = await server.mintUser();
  const created = await client.send('/api/tasks', { title: 'Plain' }, { token });
  expect(Object.keys(Object(created.body)).toSorted()).toEqual(Object.keys(Task.shape).toSorted());
  expect(created.body).toMatchObject({ completed: false, description: '' });
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
};

const expectRefusedField = (answer: Answer, name: string): void => {
  expect([name, answer.status]).toEqual([name, 400]);
  expect(answer.text).toContain('"BAD_REQUEST"');
};

describe.each(listCallableProcedures())('$name', (procedure) => {
  const withExtra = (name: string, json: string): string => {
    const input = JSON.stringify(procedure.makeInput()).slice(1, -1);
    return `{${input}${input === '' ? '' : ','}${JSON.stringify(name)}:${json}}`;
  };

  test('takes no field that is not its own (ASVS 15.3.3, 15.3.6)', async () => {
    const { token, id } = await server.mintUser();
    const { textFields } = procedure;
    for (const [index, [name, json]] of listExtras().entries()) {
      // Over REST every third: what reads the fields is the same.
      for (const call of index % 3 === 0 ? [callTrpc, callRest] : [callTrpc]) {
        const answer = await call(client, procedure, { json: withExtra(name, json), token });
        if (procedure.input === undefined) {
          // It looks at no input; what it answers is its own.
          expect([200, 401, 403]).toContain(answer.status);
          expect(answer.text).not.toContain(victim.id);
        } else expectRefusedField(answer, name);
      }
      if (procedure.name === 'auth.logout') break;
    }
    // A field that the schema knows, written twice: it counts once, and is still checked.
    const [field] = textFields;
    if (field !== undefined) {
      const twice = withExtra(field, '{"__proto__":{"polluted":true}}');
      expectRefusedField(await callTrpc(client, procedure, { json: twice, token }), field);
    }
    expect(await readVictim()).toEqual(before);
    const [user] = await server.database.db.select().from(users).where(eq(users.id, id));
    expect(user).toMatchObject({ id, passwordVersion: 0, hashedPassword: 'no password' });
    await expectNothingPolluted();
  });

  test('takes no input but an object', async () => {
    if (procedure.input === undefined) return;
    const { token } = await server.mintUser();
    for (const json of ['[]', '"x"', '1', 'true', 'null', '[{"title":"x"}]']) {
      expectRefusedField(await callTrpc(client, procedure, { json, token }), json);
    }
  });
});

describe('ids', () => {
  test('in a body do not replace the one in the path', async () => {
    const { token } = await server.mintUser();
    const mine = Object((await client.send('/api/tasks', { title: 'Mine' }, { token })).body);
    const other = Object((await client.send('/api/tasks', { title: 'Other' }, { token })).body);
    const options = { token, method: 'PATCH' };
    await client.send(`/api/tasks/${mine.id}`, { id: other.id, title: 'Changed' }, options);
    expect((await client.request(`/api/tasks/${other.id}`, { token })).body).toMatchObject({ title: 'Other' });
    await client.send(`/api/tasks/${mine.id}`, { id: other.id }, { token, method: 'DELETE' });
    expect((await client.request(`/api/tasks/${other.id}`, { token })).status).toBe(200);
  });

  test('in a query string do not replace the token`s user, however they are written', async () => {
    const { token } = await server.mintUser();
    for (const query of [
      `userId=${victim.id}`,
      `user_id=${victim.id}`,
      `__proto__[userId]=${victim.id}`,
      'a[b]=c&a=d',
    ]) {
      expect((await client.request(`/api/tasks?${query}`, { token })).status).toBe(400);
    }
    const twice = await client.request('/api/tasks?limit=1&limit=100', { token });
    expect(twice.status).toBe(400);
  });

  test('of a signup are the server`s', async () => {
    const answer = await client.send('/auth/signup', {
      email: `${randomUUID()}@example.com`,
      password: 'unlikely horse battery',
      id: victim.id,
    });
    expectRefusedField(answer, 'id');
    const { token } = await signUp(client);
    expect(await readStanding(client, token)).toBe(200);
    expect(await readVictim()).toEqual(before);
  });
});
