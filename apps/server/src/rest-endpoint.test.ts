import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, expectRestRefusal, startTestServer, type TestServer } from './testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const readTasks = (answer: Answer): unknown[] => {
  const { body } = answer;
  if (typeof body !== 'object' || body === null || !('items' in body) || !Array.isArray(body.items)) return [];
  return body.items;
};

const addTask = async (token: string, input: object): Promise<{ id: string; title: string }> => {
  const { body } = await server.send('/api/tasks', input, { token });
  if (typeof body !== 'object' || body === null || !('id' in body) || !('title' in body)) throw new Error('no task');
  return { id: String(body.id), title: String(body.title) };
};

describe('REST calls before any other', () => {
  test('leave tRPC as strict as it was', async () => {
    const { token } = await server.mintUser();
    const rest = await server.request('/api/tasks?completed=false&limit=1', { token });
    expect([rest.status, rest.body]).toEqual([200, { items: [], nextCursor: null }]);
    for (const input of ['{"completed":"anything"}', '{"completed":"false"}', '{"limit":"1"}']) {
      const answer = await server.request(`/trpc/tasks.list?input=${encodeURIComponent(input)}`, { token });
      expect(answer.status).toBe(400);
    }
    const create = await server.send('/trpc/tasks.create', { title: 'x', completed: 'true' }, { token });
    expect(create.status).toBe(400);
  });
});

describe('accounts', () => {
  test.each(['/api', ''])(
    '%s/auth/signup and /auth/login answer the token and its type, and nothing else',
    async (prefix) => {
      const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
      const pair = { access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/), token_type: 'bearer' };
      const signup = await server.send(`${prefix}/auth/signup`, account);
      expect([signup.status, signup.body]).toEqual([200, pair]);
      const login = await server.send(`${prefix}/auth/login`, account);
      expect([login.status, login.body]).toEqual([200, pair]);
      expect(login.headers.get('cache-control')).toBe('no-store');
      expectRestRefusal(await server.send(`${prefix}/auth/signup`, account), {
        code: 'CONFLICT',
        status: 409,
        path: 'auth.signup',
      });
      const wrong = await server.send(`${prefix}/auth/login`, { ...account, password: 'wrong horse' });
      expectRestRefusal(wrong, { code: 'UNAUTHORIZED', status: 401, path: 'auth.login' });
      expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  test('auth/me says who is signed in, until auth/logout', async () => {
    const { id, email, token } = await server.mintUser();
    const me = await server.request('/api/auth/me', { token });
    expect(me.body).toEqual({ id, email, name: null, timeZone: 'UTC', createdAt: expect.stringMatching(/Z$/) });
    expect((await server.request('/api/auth/logout', { token, method: 'POST' })).body).toEqual({ ended: true });
    expectRestRefusal(await server.request('/api/auth/me', { token }), {
      code: 'UNAUTHORIZED',
      status: 401,
      path: 'auth.me',
    });
  });

  test('a password in the address is not read: addresses end up in logs and histories', async () => {
    const query = new URLSearchParams({ email: `${randomUUID()}@example.com`, password: 'correct horse battery' });
    expectRestRefusal(await server.request(`/api/auth/signup?${query.toString()}`, { method: 'POST' }), {
      code: 'BAD_REQUEST',
      status: 400,
      path: 'auth.signup',
    });
  });
});

describe('tasks', () => {
  test('are added, read, changed, listed and deleted', async () => {
    const { token } = await server.mintUser();
    const { id } = await addTask(token, { title: 'Walk' });
    const path = `/api/tasks/${id}`;
    expect((await server.request(path, { token })).body).toMatchObject({ id, title: 'Walk' });
    const changed = await server.send(path, { completed: true }, { token, method: 'PATCH' });
    expect([changed.status, changed.body]).toMatchObject([200, { title: 'Walk', completed: true }]);
    expect(readTasks(await server.request('/api/tasks', { token }))).toEqual([changed.body]);
    expect((await server.request(path, { token, method: 'DELETE' })).body).toEqual({ id });
    expectRestRefusal(await server.request(path, { token }), { code: 'NOT_FOUND', status: 404, path: 'tasks.get' });
  });

  test('`completed` in the query filters, false as well as true', async () => {
    const { token } = await server.mintUser();
    const open = await addTask(token, { title: 'Open' });
    const done = await addTask(token, { title: 'Done', completed: true });
    const list = async (query: string) => readTasks(await server.request(`/api/tasks?${query}`, { token }));
    expect(await list('completed=false')).toMatchObject([open]);
    expect(await list('completed=true')).toMatchObject([done]);
    expect(await list('')).toMatchObject([done, open]);
  });

  test('`limit` and `cursor` page through', async () => {
    const { token } = await server.mintUser();
    await addTask(token, { title: 'First' });
    await addTask(token, { title: 'Second' });
    const page = await server.request('/api/tasks?limit=1', { token });
    expect(page.body).toMatchObject({ items: [{ title: 'Second' }], nextCursor: expect.any(String) });
    const cursor =
      page.body !== null && typeof page.body === 'object' && 'nextCursor' in page.body
        ? String(page.body.nextCursor)
        : '';
    const next = await server.request(`/api/tasks?limit=1&cursor=${encodeURIComponent(cursor)}`, { token });
    expect(next.body).toMatchObject({ items: [{ title: 'First' }], nextCursor: null });
  });

  test.each([
    ['limit=abc', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['completed=yes', 'completed'],
    ['completed=1', 'completed'],
    ['completed', 'completed'],
    ['completed=true&completed=false', 'completed'],
    ['cursor=x', 'cursor'],
    ['userId=1', 'userId'],
    ['limit[]=1', 'limit[]'],
  ])('?%s is refused with the field at fault', async (query, field) => {
    const { token } = await server.mintUser();
    const answer = await server.request(`/api/tasks?${query}`, { token });
    expectRestRefusal(answer, { code: 'BAD_REQUEST', status: 400, path: 'tasks.list' });
    expect(answer.body).toHaveProperty(['data', 'fieldErrors', field], [expect.stringMatching(/\w \w/)]);
  });

  test.each(['__proto__', 'constructor', 'toString'])(
    '?%s=1 is a field like any other that is not known',
    async (name) => {
      const { token } = await server.mintUser();
      const answer = await server.request(`/api/tasks?${name}=1`, { token });
      expectRestRefusal(answer, { code: 'BAD_REQUEST', status: 400, path: 'tasks.list' });
      expect(answer.text).toContain(`"fieldErrors":{"${name}":["`);
    },
  );

  test('the id in the address is the one that counts', async () => {
    const { token } = await server.mintUser();
    const [one, two] = [await addTask(token, { title: 'One' }), await addTask(token, { title: 'Two' })];
    const answer = await server.send(
      `/api/tasks/${one.id}?id=${two.id}`,
      { id: two.id, title: 'Changed' },
      { token, method: 'PATCH' },
    );
    expect(answer.body).toMatchObject({ id: one.id, title: 'Changed' });
    expect((await server.request(`/api/tasks/${two.id}`, { token })).body).toMatchObject({ title: 'Two' });
  });

  test('another user`s task answers byte for byte what an unknown one does', async () => {
    const [ada, bob] = [await server.mintUser(), await server.mintUser()];
    const task = await addTask(ada.token, { title: 'Ada`s' });
    const ask = async (id: string, method: string): Promise<string> => {
      const options = { token: bob.token, method, headers: { 'x-request-id': 'the-same-request' } };
      const path = `/api/tasks/${id}`;
      const answer = await (method === 'PATCH'
        ? server.send(path, { title: 'Mine' }, options)
        : server.request(path, options));
      const headers = [...answer.headers].filter(([name]) => name !== 'date');
      return JSON.stringify([answer.status, headers, answer.text.replaceAll(id, '')]);
    };
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const theirs = await ask(task.id, method);
      expect(theirs).toBe(await ask(randomUUID(), method));
      expect(theirs).toContain('NOT_FOUND');
    }
    expect((await server.request(`/api/tasks/${task.id}`, { token: ada.token })).body).toMatchObject(task);
  });
});
