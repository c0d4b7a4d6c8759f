import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { type RunningDocket, startDocket } from '@docket/server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDocketClient, DocketError } from './index.ts';

let database: TestDatabase;
let server: RunningDocket;
beforeAll(async () => {
  database = await createTestDatabase();
  server = await startDocket({ DATABASE_URL: database.url, JWT_SECRET: 'a secret for the tests of the client' });
});
afterAll(async () => {
  await server.stop();
  await database.close();
});

const signUp = async () => {
  const email = `${randomUUID()}@example.com`;
  const { access_token: token } = await createDocketClient({ url: server.url, token: '' }).auth.signup.mutate({
    email,
    password: 'correct horse battery',
  });
  return { email, client: createDocketClient({ url: server.url, token }) };
};

test('a service signs up and keeps tasks on the running server', async () => {
  const { email, client } = await signUp();
  expect(await client.auth.me.query()).toMatchObject({ email });
  const task = await client.tasks.create.mutate({ title: 'From a service' });
  expect(await client.tasks.update.mutate({ id: task.id, completed: true })).toMatchObject({ completed: true });
  expect((await client.tasks.list.query({ completed: true })).items.map(({ id }) => id)).toEqual([task.id]);
  expect(await client.tasks.delete.mutate({ id: task.id })).toEqual({ id: task.id });
  await expect(client.tasks.get.query({ id: task.id })).rejects.toMatchObject({ code: 'NOT_FOUND', httpStatus: 404 });
});

test('the server`s refusals arrive as one kind of error, with their code and fields', async () => {
  const { client } = await signUp();
  const refusal = await client.tasks.create.mutate({ title: ' ' }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DocketError);
  expect(refusal).toMatchObject({ code: 'BAD_REQUEST', fieldErrors: { title: [expect.stringContaining('visible')] } });
  await client.auth.logout.mutate();
  await expect(client.auth.me.query()).rejects.toMatchObject({ code: 'UNAUTHORIZED', requestId: expect.any(String) });
});

test('a service follows a user`s changes until the session ends', async () => {
  const { client } = await signUp();
  const known = await client.tasks.create.mutate({ title: 'Known' });
  const titles: string[] = [];
  const end = new Promise<unknown>((resolve) => {
    client.sync.changes.subscribe(
      { lastEventId: known.revision },
      {
        onData: ({ data }) => {
          titles.push(...data.tasks.map(({ title }) => title));
          if (titles.includes('Second')) void client.auth.logout.mutate();
        },
        onError: resolve,
      },
    );
  });
  await client.tasks.create.mutate({ title: 'First' });
  await client.tasks.create.mutate({ title: 'Second' });
  expect(await end).toBeInstanceOf(DocketError);
  expect(await end).toMatchObject({ code: 'UNAUTHORIZED', httpStatus: 401, path: 'sync.changes' });
  expect(titles).toEqual(['First', 'Second']);
});
