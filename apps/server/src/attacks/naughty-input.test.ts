import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  callRest,
  callTrpc,
  createWireClient,
  listCallableProcedures,
  NAUGHTY_STRINGS,
  NO_JSON,
  ODD_JSON,
  readStanding,
  signIn,
  signUp,
  startTestServer,
  type TestServer,
  type WireClient,
} from '../testing/index.ts';

let server: TestServer;
let client: WireClient;
beforeAll(async () => {
  server = await startTestServer();
  client = createWireClient(server.port);
});
afterAll(() => server.stop());

const BATCH = 10;
const split = <Value>(values: readonly Value[]): Value[][] =>
  Array.from({ length: Math.ceil(values.length / BATCH) }, (_, index) =>
    values.slice(index * BATCH, index * BATCH + BATCH),
  );

interface Outcome {
  /** 200 where there is a result, else what the error says. */
  status: unknown;
  result: unknown;
}

/** Calls a mutation with many inputs, ten in a batch, and answers each one's own fate. */
const callAll = async (name: string, inputs: readonly string[], token?: string): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const batch of split(inputs)) {
    const names = batch.map(() => name).join(',');
    const body = `{${batch.map((input, index) => `"${index}":${input}`).join(',')}}`;
    const answer = await client.send(`/trpc/${names}?batch=1`, body, token === undefined ? {} : { token });
    for (const each of [answer.body].flat()) {
      const { result, error } = Object(each);
      outcomes.push({ status: error === undefined ? 200 : error.data.httpStatus, result: result?.data });
    }
  }
  expect(outcomes).toHaveLength(inputs.length);
  return outcomes;
};

/** JSON escapes of what is text in JavaScript and nowhere else, and of what PostgreSQL does not store. */
const UNSTORABLE = [
  '"a\\u0000b"',
  '"\\u0000"',
  '"\\ud800"',
  '"a\\udfffb"',
  '"\\ude00\\ud83d"',
  '"\\ud83d\\u0000\\ude00"',
];

const ODD_VALUES = [
  ...UNSTORABLE,
  '"\\ufffe"',
  '"\\uffff"',
  '"\\ufeff"',
  '"\\u202e"',
  '"\\u2028"',
  '"\\u001b[2J"',
  '"\\r\\n.\\r\\n"',
  '"  "',
  '""',
  '"%00"',
  '"\\\\u0000"',
  '"\'; drop table users; --"',
  '"${7*7}"',
  '"{{7*7}}"',
  '"../../etc/passwd"',
  '"\\t"',
  'null',
  '0',
  '-0',
  '1e400',
  '-1e400',
  '9007199254740993',
  'true',
  '[]',
  '{}',
  '["x"]',
  '{"toString":"x"}',
  '{"$gt":""}',
  '{"length":9}',
  '[[[[]]]]',
  '"2026-02-30"',
  '"infinity"',
  '"-infinity"',
  '"NaN"',
  '"now"',
  `"${'\u0301'.repeat(2_000)}"`,
  `"${'\u{1F468}\u200D'.repeat(500)}"`,
  `"${'a'.repeat(9_000)}"`,
];

test('text comes back as it was stored, code point for code point', async () => {
  const { token } = await server.mintUser();
  const inputs = NAUGHTY_STRINGS.map((text) => JSON.stringify({ title: `${text}.`, description: text }));
  const created = await callAll('tasks.create', inputs, token);
  const expected = NAUGHTY_STRINGS.map((text) => ({ title: `${text}.`.trim(), description: text }));
  expect(created.map(({ result }) => result)).toMatchObject(expected);
  const listed: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await client.request(`/api/tasks?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`, { token });
    const { items, nextCursor } = Object(page.body);
    listed.push(...items);
    cursor = nextCursor;
  }
  expect(new Map(listed.map((task) => [Object(task).id, task]))).toEqual(
    new Map(created.map(({ result }) => [Object(result).id, result])),
  );
  const names = NAUGHTY_STRINGS.filter((text) => Array.from(text).length <= 100);
  const named = await callAll(
    'account.update',
    names.map((name) => JSON.stringify({ name })),
    token,
  );
  expect(named.map(({ result }) => Object(result).name)).toEqual(names.map((name) => name.trim() || null));
});

test.each([
  '\u00e9\u0301 composed',
  'пароль из слов',
  '🏳️‍🌈 👩🏽‍🚀 words',
  '\u202eright to left',
  '  spaces all around  ',
  '𐍈'.repeat(256),
])(
  'the password %j signs in as it signed up, over another spelling of the same text (ASVS 6.2.8)',
  async (password) => {
    const account = await signUp(client, password.normalize('NFD'));
    await signIn(client, { ...account, password: password.normalize('NFC') });
    await expect(signIn(client, { ...account, password: `${password} ` })).rejects.toThrow(/401|400/);
  },
);

const procedures = listCallableProcedures().filter(({ input }) => input !== undefined);

describe.each(procedures)('$name', (procedure) => {
  test.each(procedure.textFields.length === 0 ? ['id'] : procedure.textFields)(
    'answers 2xx or 4xx, whatever its %s is (ASVS 2.2.1)',
    async (field) => {
      const { token } = await server.mintUser();
      const write = (json: string): string => {
        const rest = Object.entries(procedure.makeInput()).filter(([name]) => name !== field);
        return `{"${field}":${json}${rest.map(([name, value]) => `,"${name}":${JSON.stringify(value)}`).join('')}}`;
      };
      const hostile = [
        ...ODD_VALUES,
        ...NAUGHTY_STRINGS.filter((_, index) => index % 24 === 5).map((text) => JSON.stringify(text)),
      ];
      const statuses =
        procedure.type === 'mutation'
          ? (await callAll(procedure.name, hostile.map(write), token)).map(({ status }) => status)
          : await Promise.all(
              hostile
                .filter((json) => json.length < 3_000)
                .map(async (json) => (await callTrpc(client, procedure, { json: write(json), token })).status),
            );
      for (const status of statuses) expect([200, 400, 401, 404, 409]).toContain(status);
      expect(statuses.slice(0, UNSTORABLE.length)).toEqual(UNSTORABLE.map(() => 400));
    },
  );

  test('takes neither depth nor size (ASVS 1.5.2, 15.2.2)', async () => {
    const { token } = await server.mintUser();
    const [field = 'id'] = Object.keys(procedure.makeInput());
    const depth = procedure.type === 'mutation' ? 20_000 : 1_500;
    const keys = Array.from({ length: procedure.type === 'mutation' ? 2_000 : 300 }, (_, index) => `"k${index}":1`);
    const bodies = [
      `{"${field}":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      `{"${field}":${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}}`,
      `{${keys.join(',')}}`,
      `{"${field}":"${'x'.repeat(procedure.type === 'mutation' ? 120_000 : 10_000)}"}`,
      `{"${field}":[${'1,'.repeat(procedure.type === 'mutation' ? 20_000 : 3_000)}1]}`,
    ];
    for (const json of bodies) expect((await callTrpc(client, procedure, { json, token })).status).toBe(400);
    if (procedure.type === 'mutation') {
      const path = `/api${procedure.path.replace('{id}', randomUUID())}`;
      for (const json of bodies.slice(0, 3)) {
        const answer = await client.send(path, json, { token, method: procedure.method.toUpperCase() });
        expect([400, 404]).toContain(answer.status);
      }
    }
    expect(await readStanding(client, token)).toBe(200);
  });
});

const IMPOSSIBLE = [
  '2026-02-30T00:00:00.000Z',
  '2025-02-29T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-00-10T00:00:00.000Z',
  '2026-04-31T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  '2026-01-01T23:60:00.000Z',
  '2026-01-01T23:59:60.000Z',
  '1969-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00.000Z',
  '-000001-01-01T00:00:00.000Z',
  '+275761-01-01T00:00:00.000Z',
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.000',
  '2026-01-01T00:00:00.000+02:00',
  '2026-W01-1',
  'infinity',
  '-infinity',
  'now',
  'epoch',
  'today',
  'NaN',
  '1',
  '',
  '1e3',
  '２０２６-01-01T00:00:00.000Z',
];

test.each(IMPOSSIBLE)('the instant `%s` is refused where one is read (ASVS 2.2.1)', async (instant) => {
  const { token } = await server.mintUser();
  const list = procedures.find(({ name }) => name === 'tasks.list');
  if (list === undefined) throw new Error('tasks.list is gone');
  const json = JSON.stringify({ cursor: `${instant}_${randomUUID()}` });
  for (const call of [callTrpc, callRest]) expect((await call(client, list, { json, token })).status).toBe(400);
});

describe('a body', () => {
  const asTitle = (json: Buffer): Buffer => Buffer.concat([Buffer.from('{"title":'), json, Buffer.from('}')]);
  const postAll = async (path: string, bodies: readonly Buffer[]): Promise<number[]> => {
    const { token } = await server.mintUser();
    const headers = { 'content-type': 'application/json' };
    const statuses: number[] = [];
    for (const bytes of bodies) {
      const body = new Uint8Array(bytes);
      statuses.push((await client.request(path, { method: 'POST', token, headers, body })).status);
    }
    return statuses;
  };

  test.each([
    ['/trpc/tasks.create', NO_JSON],
    ['/api/tasks', NO_JSON],
    ['/trpc/tasks.create', ODD_JSON],
    ['/api/tasks', NO_JSON.map(asTitle)],
  ])('to %s that is no JSON, or no object of ours, is refused (ASVS 1.5.2)', async (path, bodies) => {
    expect(await postAll(path, bodies)).toEqual(bodies.map(() => 400));
  });

  test('that is odd JSON in part is taken or refused', async () => {
    for (const status of await postAll('/trpc/tasks.create', ODD_JSON.map(asTitle)))
      expect([200, 400]).toContain(status);
  });
});
