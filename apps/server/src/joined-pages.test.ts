import { request as startRequest } from 'node:http';
import { AccountExport } from '@docket/domain';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from './testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** A user with 5,000 tasks: three pages, or some 25 MB where they are large. */
const mintOwner = async (description: string): Promise<TestUser> => {
  const user = await server.mintUser();
  await server.database.db.execute(sql`
    insert into tasks (user_id, id, title, description)
    select ${user.id}, gen_random_uuid(), 'Task ' || number, ${description} from generate_series(1, 5000) number`);
  return user;
};

test('an export over REST joins all pages to one document', async () => {
  const { token } = await mintOwner('');
  const { status, body } = await server.send('/api/account/export', {}, { token });
  expect(status).toBe(200);
  const { tasks, sessions, next } = AccountExport.parse(body);
  expect(new Set(tasks.map(({ title }) => title)).size).toBe(5_000);
  expect([tasks.length, sessions.length, next]).toEqual([5_000, 1, null]);
});

test('an export over REST of an account without tasks is whole, too', async () => {
  const { token } = await server.mintUser();
  const { body } = await server.send('/api/account/export', {}, { token });
  expect(AccountExport.parse(body)).toMatchObject({ tasks: [], next: null });
});

test('an export whose session ends in the midst of it is cut, so that nobody takes half of it for the whole', async () => {
  const { id, token } = await mintOwner('x'.repeat(5_000));
  const end = await new Promise<string>((resolve, reject) => {
    const request = startRequest({
      port: server.port,
      path: '/api/account/export',
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    request.on('error', reject);
    request.once('response', (response) => {
      // Not read any further until the session is gone: the server waits with its next page.
      response.once('data', () => {
        response.pause();
        void server.database.db
          .execute(sql`update sessions set revoked_at = now() where user_id = ${id}`)
          .then(() => response.resume());
      });
      response.once('end', () => resolve('whole'));
      response.once('error', () => resolve('cut'));
    });
    request.end();
  });
  expect(end).toBe('cut');
});
