import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  callRest,
  callTrpc,
  createWireClient,
  listCallableProcedures,
  startTestServer,
  type TestServer,
  type WireClient,
} from '../testing/index.ts';

const MAX_BYTES = 4_096;

let server: TestServer;
let client: WireClient;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  client = createWireClient(server.port);
  ({ token } = await server.mintUser());
});
afterAll(() => server.stop());

const nameKeys = (count: number, write: (index: number) => string): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [write(index), 1]));

const nest = (depth: number): unknown => JSON.parse(`${'{"k":'.repeat(depth)}1${'}'.repeat(depth)}`);

const INPUTS: [string, Record<string, unknown>][] = [
  ['10,000 unknown keys', nameKeys(10_000, (index) => `k${index}`)],
  ['ten keys of 10 kB', nameKeys(10, (index) => `${index}${'k'.repeat(10_000)}`)],
  ['keys of control characters', nameKeys(40, (index) => `${index}${'\u0001'.repeat(500)}`)],
  ['keys of lone surrogates', nameKeys(40, (index) => `${index}${'\ud800'.repeat(500)}`)],
  ['keys of emoji', nameKeys(40, (index) => `${index}${'🌿'.repeat(500)}`)],
  ['1,000 levels', { title: nest(1_000), ['k.'.repeat(5_000)]: nest(100) }],
  ['lists in place of text', { title: Array(10_000).fill(1), description: Array(10_000).fill('x') }],
];

const expectSmall = ({ status, text }: Answer, maxBytes = MAX_BYTES): void => {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
};

/** All inputs are refused by the same code; these are with and without a token, and with an id in the path. */
const NAMES = new Set(['auth.login', 'tasks.create', 'tasks.update']);
const procedures = listCallableProcedures().filter(({ name }) => NAMES.has(name));

describe('a refusal has at most 4 kB', () => {
  test.each(INPUTS)('for %s in a body', async (_, input) => {
    for (const procedure of procedures) {
      const json = JSON.stringify({ ...procedure.makeInput(), ...input });
      expectSmall(await callTrpc(client, procedure, { json, token }));
      expectSmall(await callRest(client, procedure, { json, token }));
    }
  });

  test('for each of the ten calls of a batch', async () => {
    const paths = Array(10).fill('tasks.create').join(',');
    const input = Object.fromEntries(
      Object.keys(paths.split(',')).map((call) => [call, nameKeys(1_000, (index) => `${index}`)]),
    );
    const answer = await client.send(`/trpc/${paths}?batch=1`, input, { token });
    expect(answer.body).toHaveLength(10);
    expectSmall(answer, 10 * MAX_BYTES);
  });

  const keys = JSON.stringify(nameKeys(1_000, (index) => `k${index}`));
  test.each([
    ['1,000 unknown keys in an address', `/trpc/tasks.list?input=${keys}`],
    ['1,000 unknown parameters', `/api/tasks?${Array.from({ length: 1_000 }, (_, index) => `k${index}=1`).join('&')}`],
    ['the name of a procedure of 14 kB', `/trpc/${'x'.repeat(14_000)}`],
    ['a batch of ten such names', `/trpc/${Array(10).fill('x'.repeat(1_400)).join(',')}?batch=1`],
    ['ten names without a batch', `/trpc/${Array(10).fill('x'.repeat(64)).join(',')}`],
    ['an address of 7,000 segments', `/api${'/x'.repeat(7_000)}`],
    ['an id of 14 kB', `/api/tasks/${'x'.repeat(14_000)}`],
  ])('for %s', async (_, path) => {
    expectSmall(await client.request(path, { token }));
  });

  test('and still names the first ten fields that are at fault', async () => {
    const answer = await client.send('/api/tasks', { title: 'x', ...nameKeys(11, (index) => `k${index}`) }, { token });
    expect(Object.keys(Object(answer.body).data.fieldErrors)).toEqual(
      Array.from({ length: 10 }, (_, index) => `k${index}`),
    );
  });
});
