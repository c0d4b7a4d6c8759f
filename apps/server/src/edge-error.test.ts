import { randomBytes, randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRequest, mintUserIn, type ServerProcess, spawnServer } from './testing/index.ts';

const secret = randomBytes(48).toString('base64url');
const JSON_BODY = { method: 'POST', headers: { 'content-type': 'application/json' } };

let database: TestDatabase;
let server: ServerProcess;
let port: number;
beforeAll(async () => {
  database = await createTestDatabase();
  server = spawnServer({ DATABASE_URL: database.url, JWT_SECRET: secret, LOG_LEVEL: 'trace' });
  port = await server.waitUntilReady();
});
afterAll(async () => {
  server.child.kill();
  await server.ended;
  await database.close();
});

/** What a request wrote to the log, once its last line is there. */
const readLogOf = async (requestId: string): Promise<string> => {
  await server.waitFor(new RegExp(`"requestId":"${requestId}".*"msg":"request"`));
  return server.readOutput();
};

describe('a failure of ours', () => {
  test.each(['/trpc/tasks.create', '/api/tasks'])(
    '%s answers a sentence and an id, and logs no word of the task',
    async (path) => {
      const { token } = await mintUserIn(database, secret);
      const request = createRequest(port);
      await database.db.execute('alter table tasks rename column title to heading');
      try {
        const body = JSON.stringify({ title: 'Dinner with the secret Zanzibar' });
        const answer = await request(path, { ...JSON_BODY, token, body });
        expect(answer.status).toBe(500);
        const requestId = answer.headers.get('x-request-id') ?? '';
        expect(answer.text).toContain(requestId);
        expect(answer.text).toContain('Something failed on our side.');
        expect(answer.text).not.toMatch(/insert|Zanzibar|title|column|42703|stack|node_modules/i);
        const log = await readLogOf(requestId);
        expect(log).toContain('"msg":"a procedure failed"');
        expect(log).toContain('"code":"42703"');
        expect(log).not.toMatch(/Zanzibar|insert into/);
        expect(log).not.toContain(token);
      } finally {
        await database.db.execute('alter table tasks rename column heading to title');
      }
    },
  );

  test('a signup that fails says and logs neither hash nor password nor address', async () => {
    const request = createRequest(port);
    await database.db.execute('alter table sessions rename column user_agent to agent');
    try {
      const account = { email: `${randomUUID()}@example.com`, password: 'zanzibar horse battery' };
      const answer = await request('/auth/signup', { ...JSON_BODY, body: JSON.stringify(account) });
      expect(answer.status).toBe(500);
      const all = answer.text + (await readLogOf(answer.headers.get('x-request-id') ?? ''));
      expect(all).not.toMatch(/\$2[aby]\$|zanzibar/i);
      expect(all).not.toContain(account.email);
    } finally {
      await database.db.execute('alter table sessions rename column agent to user_agent');
    }
  });

  test('a violated constraint shows no row', async () => {
    const request = createRequest(port);
    const { token } = await mintUserIn(database, secret);
    await database.db.execute(`alter table tasks add constraint no_zebras check (title <> 'Zebra of Zanzibar')`);
    const body = JSON.stringify({ title: 'Zebra of Zanzibar' });
    const answer = await request('/trpc/tasks.create', { ...JSON_BODY, token, body });
    expect(answer.status).toBe(500);
    expect(answer.text + (await readLogOf(answer.headers.get('x-request-id') ?? ''))).not.toMatch(/zanzibar/i);
  });
});

describe('the log of a request', () => {
  test('holds method, path and status, and neither query string nor token', async () => {
    const request = createRequest(port);
    const { token } = await mintUserIn(database, secret);
    const answer = await request('/api/tasks?limit=7', { token });
    const log = await readLogOf(answer.headers.get('x-request-id') ?? '');
    expect(log).toMatch(/"method":"GET","path":"\/api\/tasks","status":200/);
    expect(log).not.toContain('limit=7');
    expect(log).not.toContain(token);
    expect(log).not.toContain(secret);
  });

  test('keeps to one line whatever the address holds', async () => {
    const request = createRequest(port);
    const answer = await request('/%0a%7B%22level%22:60%7D%0d');
    const log = await readLogOf(answer.headers.get('x-request-id') ?? '');
    for (const line of log
      .trim()
      .split('\n')
      .filter((each) => each.startsWith('{')))
      expect(() => JSON.parse(line)).not.toThrow();
    expect(log).not.toMatch(/^\{"level":60\}/m);
  });
});
