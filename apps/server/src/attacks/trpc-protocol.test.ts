import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createWireClient,
  exchange,
  readKeptCookie,
  readStanding,
  readStatus,
  signUp,
  startTestServer,
  type TestServer,
  type TestUser,
  type WireClient,
  writeRequest,
} from '../testing/index.ts';

let server: TestServer;
let client: WireClient;
let user: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  client = createWireClient(server.port);
  user = await server.mintUser();
});
afterAll(() => server.stop());

const encode = encodeURIComponent;
const countTasks = async (): Promise<number> => {
  const { body } = await client.request('/api/tasks?limit=100', { token: user.token });
  return Object(body).items.length;
};

const expectRefused = async (path: string, options: RequestInit = {}, statuses = [400, 404, 405]): Promise<void> => {
  const answer = await client.request(path, { ...options, token: user.token });
  expect([path, answer.status, statuses.includes(answer.status)]).toEqual([path, answer.status, true]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.text).not.toContain(user.email);
  expect(answer.text).not.toMatch(/node_modules|at \w+ \(|TypeError|undefined is not/);
};

const postJson = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json' },
});

describe('names that no procedure has', () => {
  const names = `
    auth auth.sessions auth.sessions.list.list auth.me.me auth.sessions. .auth.me auth..me auth. . _ __proto__
    constructor toString hasOwnProperty valueOf then prototype auth.__proto__ auth.constructor auth.toString
    auth.sessions.__proto__ __proto__.auth.me constructor.constructor auth.me.constructor auth.me._def _def
    _def.procedures createCaller auth.me.call auth.me.apply auth.me.bind AUTH.ME auth.Me tasks.createMany 0 1e9
    null`;

  test.each(names.trim().split(/\s+/))('%s is not called, by GET, by POST or in a batch', async (name) => {
    await expectRefused(`/trpc/${name}`, {}, [404]);
    await expectRefused(`/trpc/${name}`, postJson('{}'), [404]);
    await expectRefused(`/trpc/${name}?batch=1`, {}, [404]);
    await expectRefused(`/trpc/${name},${name}?batch=1`, postJson('{"0":{},"1":{}}'), [404]);
  });

  test.each([
    ',',
    ',,',
    'auth.me,',
    ',auth.me',
    'auth.me,,auth.me',
    '%61uth.me',
    'auth%252eme',
    'auth.me%20',
    'auth.me\u0301',
  ])('the list %s answers for nobody', async (list) => {
    const answer = await client.request(`/trpc/${list}?batch=1`);
    expect([401, 404, 207]).toContain(answer.status);
    await expectRefused(`/trpc/${list}`, {}, [404]);
  });
});

test('names of thousands of characters are not called either', async () => {
  for (const name of ['a.'.repeat(1_500), 'x'.repeat(3_000)]) {
    await expectRefused(`/trpc/${name}`, {}, [404]);
    await expectRefused(`/trpc/${name},${name}?batch=1`, postJson('{}'), [404]);
  }
});

test.each(['sync.pull,sync.pull', 'tasks.list,sync.pull', 'sync.pull,sync.pull,sync.pull'])(
  'a batch of %s answers nothing large',
  async (paths) => {
    const { text } = await client.request(`/trpc/${paths}?batch=1&input=${encode('{"0":{},"1":{}}')}`, {
      token: user.token,
    });
    expect(text).toContain('Make it on its own, not in a batch.');
    expect(text).not.toMatch(/"reset"|"exportedAt"/);
  },
);

describe('methods that do not fit', () => {
  test.each(['auth.me', 'auth.sessions.list', 'account.activity', 'tasks.list', 'tasks.get'])(
    'the query %s is not called by POST',
    async (name) => {
      await expectRefused(`/trpc/${name}`, postJson('{}'), [405]);
      await expectRefused(`/trpc/${name}?batch=1`, postJson('{"0":{}}'), [405]);
      await expectRefused(`/trpc/${name}?input=%7B%7D`, postJson('{}'), [405]);
    },
  );

  test.each([
    'auth.logout',
    'auth.sessions.revokeOthers',
    'tasks.create',
    'account.export',
    'account.delete',
    'auth.changePassword',
  ])('the mutation %s is not called by GET, alone or in a batch (ASVS 3.5.3)', async (name) => {
    const before = await countTasks();
    const input = encode('{"title":"By GET","currentPassword":"x"}');
    await expectRefused(`/trpc/${name}?input=${input}`, {}, [405]);
    await expectRefused(`/trpc/${name}?batch=1&input=${encode('{"0":{"title":"By GET"}}')}`, {}, [405]);
    const mixed = `/trpc/auth.me,${name}?batch=1&input=${encode('{"1":{"title":"By GET"}}')}`;
    await expectRefused(mixed, {}, [400, 405]);
    expect([await countTasks(), await readStanding(client, user.token)]).toEqual([before, 200]);
  });
});

describe('envelopes of other protocols', () => {
  test.each([
    ['superjson', '{"json":{"title":"x"}}'],
    ['a batch that is none', '{"0":{"title":"x"}}'],
    ['a batch of superjson', '{"0":{"json":{"title":"x"}}}'],
    ['JSON-RPC', '{"jsonrpc":"2.0","id":1,"method":"mutation","params":{"path":"tasks.create","input":{"title":"x"}}}'],
    ['GraphQL', '{"query":"mutation { create(title: 1) }","variables":{}}'],
    ['an input', '{"input":{"title":"x"}}'],
    ['a list', '[{"title":"x"}]'],
    ['JSON in JSON', JSON.stringify('{"title":"x"}')],
    ['two values', '{"title":"x"}{"title":"y"}'],
    ['a value and a line', '{"title":"x"}\n{"title":"y"}'],
    ['nothing', ''],
  ])('%s creates nothing', async (_, body) => {
    const before = await countTasks();
    await expectRefused('/trpc/tasks.create', postJson(body), [400]);
    expect(await countTasks()).toBe(before);
  });
});

describe('batches', () => {
  test.each([
    ['no index', '{}'],
    ['a list', '[{"title":"x"}]'],
    ['text', '"x"'],
    ['null', 'null'],
    ['a number', '1'],
    ['a huge index', '{"99999999999999999999":{"title":"x"}}'],
    ['an index out of the batch', '{"1":{"title":"x"},"7":{"title":"y"}}'],
    ['a negative index', '{"-1":{"title":"x"}}'],
    ['indexes in other spellings', '{"00":{"title":"x"},"0.0":{"title":"x"},"0x0":{"title":"x"}," 0":{"title":"x"}}'],
    ['a prototype', '{"__proto__":{"0":{"title":"x"}}}'],
    ['a constructor', '{"constructor":{"prototype":{"0":{"title":"x"}}}}'],
    ['a length', '{"length":1,"title":"x"}'],
    ['broken JSON', '{"0":{"title":"x"}'],
    ['nothing', ''],
    [
      '10,000 indexes that nobody calls',
      `{${Array.from({ length: 9_000 }, (_, index) => `"${index + 1}":{}`).join(',')}}`,
    ],
  ])('with %s as inputs create nothing', async (_, body) => {
    const before = await countTasks();
    await expectRefused('/trpc/tasks.create?batch=1', postJson(body), [400]);
    if (body.length < 1_000) await expectRefused(`/trpc/tasks.get?batch=1&input=${encode(body)}`, {}, [400]);
    expect(await countTasks()).toBe(before);
  });

  test.each([
    ['batch=1&batch=1', [200]],
    ['batch=1&batch=0', [200]],
    ['batch=0&batch=1', [404]],
    ['batch=true', [404]],
    ['batch=01', [404]],
    ['batch', [404]],
    ['BATCH=1', [404]],
    ['batch[]=1', [404]],
    ['batch=1&input=%7B%7D&input=%7B%221%22%3A1%7D', [200]],
  ])('by %s are one or none', async (query, statuses) => {
    const answer = await client.request(`/trpc/auth.me,auth.me?${query}`, { token: user.token });
    expect(statuses).toContain(answer.status);
    if (answer.status === 200) expect(answer.body).toHaveLength(2);
  });

  test('are never of more than ten, however they are written', async () => {
    const eleven = Array.from({ length: 11 }, () => 'auth.me').join(',');
    for (const query of ['batch=1', 'batch=1&batch=0', 'batch=0', 'x', '']) {
      await expectRefused(`/trpc/${eleven}?${query}`, {}, [400, 404]);
    }
    await expectRefused(`/trpc/${','.repeat(500)}?batch=1`, {}, [400, 404]);
  });

  test('of a procedure that needs no sign-in and one that does keep their own fates', async () => {
    const body = '{"0":{"email":"x@example.com"},"1":{"title":"x"}}';
    const answer = await client.send('/trpc/auth.requestPasswordReset,tasks.create?batch=1', body);
    expect(answer.body).toMatchObject([
      { result: { data: { done: true } } },
      { error: { data: { code: 'UNAUTHORIZED' } } },
    ]);
  });
});

describe('inputs of a query', () => {
  test.each([
    ['that are no JSON', '%7B'],
    ['that cannot be decoded', '%E0%A4%A'],
    ['that are text', '%22x%22'],
    ['of a list', '%5B%5D'],
    ['of a prototype', encode('{"__proto__":{"limit":1}}')],
    ['that are nested 4,000 deep', '['.repeat(4_000)],
  ])('%s are refused', async (_, input) => {
    await expectRefused(`/trpc/tasks.list?input=${input}`, {}, [400]);
  });

  test('given twice count once', async () => {
    await client.send('/trpc/tasks.create', { title: 'One' }, { token: user.token });
    await client.send('/trpc/tasks.create', { title: 'Two' }, { token: user.token });
    const [one, all] = ['{"limit":1}', '{"limit":100}'].map(encode);
    const answer = await client.request(`/trpc/tasks.list?input=${one}&input=${all}`, { token: user.token });
    expect(Object(answer.body).result.data.items).toHaveLength(1);
  });

  test.each([
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'text/plain',
    'application/x-www-form-urlencoded',
    'x',
    ';',
  ])('with the content type %s are read as ever, or refused', async (type) => {
    const answer = await client.request('/trpc/auth.me', { token: user.token, headers: { 'content-type': type } });
    expect([200, 400, 405, 415]).toContain(answer.status);
  });
});

test.each(['application/jsonl', 'text/html, application/jsonl', 'application/json;q=0.9, application/jsonl'])(
  'a batch that accepts %s is answered in one piece, with its status and its cookie',
  async (accept) => {
    const { email, password } = await signUp(client);
    const body = { 0: { email, password }, 1: { email, password: 'wrong horse' } };
    const answer = await client.send('/trpc/auth.login,auth.login?batch=1', body, { headers: { accept } });
    expect([answer.status, readKeptCookie(answer)?.name]).toEqual([207, 'docket-refresh']);
    expect(answer.body).toMatchObject([{ result: {} }, { error: { data: { httpStatus: 401 } } }]);
  },
);

test.each([
  ['a WebSocket', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13']],
  ['a stream of events', ['Connection: close', 'Accept: text/event-stream', 'Last-Event-ID: 1']],
  ['a stream of lines', ['Connection: close', 'trpc-accept: application/jsonl']],
  ['HTTP/2', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']],
])('who asks for %s gets the plain answer', async (_, headers) => {
  const head = writeRequest('GET /trpc/auth.me', [...headers, `Authorization: Bearer ${user.token}`]);
  const answer = await exchange(server.port, head, /\r\n0\r\n\r\n$|\}\}\}$/);
  expect(readStatus(answer)).toBe(200);
  expect(answer).toContain(user.email);
  expect(answer.toLowerCase()).not.toMatch(/^upgrade:|event-stream|jsonl/m);
});
