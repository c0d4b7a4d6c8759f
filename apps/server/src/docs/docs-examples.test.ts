import { execFileSync } from 'node:child_process';
import { sessions, tasks, users } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { listRestProcedures } from '../rest-procedures.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { readCookiePair } from '../testing/wire-client.ts';
import { FIELD_NOTES } from './openapi-document-fields.ts';
import { PROCEDURE_NOTES, SHOWN_ACCOUNT } from './openapi-document-notes.ts';

let server: TestServer;
let page = '';
beforeAll(async () => {
  server = await startTestServer();
  page = (await server.request('/api/docs')).text;
});
afterAll(() => server.stop());

beforeEach(() => server.database.db.delete(users).where(eq(users.email, SHOWN_ACCOUNT.email)));

/** The account of the examples, with the task and the session that they name. */
const makeShownAccount = async (): Promise<{ token: string; cookie: string }> => {
  const answer = await server.send('/auth/signup', SHOWN_ACCOUNT);
  const { access_token: token } = z.object({ access_token: z.string() }).parse(answer.body);
  const { db } = server.database;
  const [user] = await db.select({ id: users.id }).from(users).where(eq(users.email, SHOWN_ACCOUNT.email));
  const userId = user?.id ?? '';
  const readId = (name: string): string => String(FIELD_NOTES[name]?.example);
  await db.insert(tasks).values({ userId, id: readId('tasks.id'), title: 'Water the plants' });
  await db
    .insert(sessions)
    .values({ userId, id: readId('auth.sessions.id'), expiresAt: sql`now() + interval '7 days'` });
  return { token, cookie: readCookiePair(answer) };
};

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** The command as it is copied from the page. */
const readExample = (operationId: string): string => {
  const section = page.slice(page.indexOf(`<section class="operation" id="${operationId}"`)).split('</section>', 1)[0];
  const [, code] = /<code>(curl [^<]+)<\/code>/.exec(section ?? '') ?? [];
  return code?.replace(/&[\w#]+;/g, (entity) => ENTITIES[entity] ?? entity) ?? '';
};

/** What a shell makes of the command: the arguments that curl would get. */
const readArguments = (command: string, token: string): string[] =>
  execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; ${command}`], { env: { TOKEN: token }, encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

/** Sends what curl would send. */
const run = async (command: string, { token, cookie }: { token: string; cookie: string }) => {
  const headers = new Headers();
  let [url, method, body] = ['', 'GET', undefined as string | undefined];
  const words = readArguments(command, token).values();
  for (const word of words) {
    if (word === '-X') method = words.next().value ?? '';
    else if (word === '-d') body = words.next().value;
    else if (word === '-H') {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(words.next().value ?? '') ?? [];
      headers.set(name, value);
    } else if (word === '-b') headers.set('cookie', words.next().value === 'cookies.txt' ? cookie : '');
    else if (word === '-c') words.next();
    else url = word;
  }
  const path = url.replace(`http://127.0.0.1:${server.port}`, '');
  return await server.request(path, { method, headers, ...(body === undefined ? {} : { body }) });
};

test.each(listRestProcedures())('the example of $name works as it is copied', async ({ name }) => {
  const isSignup = name === 'auth.signup';
  const account = isSignup ? { token: '', cookie: '' } : await makeShownAccount();
  const answer = await run(readExample(name.replaceAll('.', '-')), account);
  // A link comes by mail, so the one in an example is refused, and nothing else is.
  const takesLink = 'token' in (PROCEDURE_NOTES[name]?.body ?? {}) && name !== 'auth.checkResetLink';
  if (takesLink) expect(answer.body).toMatchObject({ data: { fieldErrors: { token: [expect.any(String)] } } });
  expect(answer.status, answer.text).toBe(takesLink ? 400 : 200);
});
