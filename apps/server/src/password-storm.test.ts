import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ variables: { BCRYPT_COST: '8', TRUST_PROXY: 'loopback' }, passwordPlaces: 32 });
});
afterAll(() => server.stop());

test('of 200 logins at once some are asked to wait, none fails, and the tasks of who is signed in stay there', async () => {
  const { token } = await server.mintUser();
  const progress = { isOver: false };
  const storm = Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      server.send(index % 2 === 0 ? '/trpc/auth.login' : '/auth/login', {
        email: `${randomUUID()}@example.com`,
        password: 'wrong horse battery',
      }),
    ),
  ).finally(() => (progress.isOver = true));
  let readsDuringStorm = 0;
  while (!progress.isOver) {
    expect((await server.request('/api/tasks', { token })).status).toBe(200);
    if (!progress.isOver) readsDuringStorm += 1;
    // The hashes live on what the reads leave over.
    await setTimeout(5);
  }
  const answers = await storm;
  expect(readsDuringStorm).toBeGreaterThan(0);
  const refused = answers.filter((answer) => answer.status === 429);
  expect(answers.filter((answer) => answer.status === 401)).toHaveLength(200 - refused.length);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(200);
  for (const { headers, text } of refused) {
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(text).toContain('"TOO_MANY_REQUESTS"');
    expect(text).toContain(`"retryAfterSeconds":${headers.get('retry-after')}`);
  }
  // Every place is free again.
  const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
  expect((await server.send('/auth/signup', account)).status).toBe(200);
  expect((await server.send('/auth/login', account)).status).toBe(200);
});

test('a batch of ten logins takes ten places, not one', async () => {
  const names = Array.from({ length: 10 }, () => 'auth.login').join(',');
  const login = { email: `${randomUUID()}@example.com`, password: 'wrong horse battery' };
  const body = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, login]));
  const answers = await Promise.all(Array.from({ length: 20 }, () => server.send(`/trpc/${names}?batch=1`, body)));
  const codes = answers.flatMap(({ text }) => [...text.matchAll(/"code":"([A-Z_]+)"/g)].map((match) => match[1]));
  expect(codes).toHaveLength(200);
  expect(new Set(codes)).toEqual(new Set(['TOO_MANY_REQUESTS', 'UNAUTHORIZED']));
});

test('who signs in without end, by right passwords, leaves places to everybody else', async () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const [mine, theirs] = await Promise.all(
    ['198.51.100.1', '198.51.100.2'].map(async (address) => {
      const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
      await server.send('/auth/signup', account, from(address));
      return account;
    }),
  );
  const flood = Promise.all(Array.from({ length: 60 }, () => server.send('/auth/login', mine, from('198.51.100.1'))));
  expect((await server.send('/auth/login', theirs, from('198.51.100.2'))).status).toBe(200);
  expect(new Set((await flood).map(({ status }) => status))).toEqual(new Set([200, 429]));
});
