import { describe, expect, it } from 'vitest';
import {
  answer,
  catchError,
  cut,
  refuse,
  type ArrivedRequest,
  showPage,
  startServer,
  succeed,
} from './testing/scripted-server.ts';

const ID = '018f2c6e-7a00-7000-8000-000000000001';

const readId = (request: ArrivedRequest | undefined): unknown => {
  const input: unknown = JSON.parse(request?.body ?? 'null');
  return typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined;
};

describe('a retry', () => {
  it('follows passing failures until the call succeeds', async () => {
    const { connect, requests } = await startServer(
      cut,
      refuse('SERVICE_UNAVAILABLE', 503),
      showPage(502),
      succeed({ id: ID }),
    );
    expect(await connect().tasks.get.query({ id: ID })).toEqual({ id: ID });
    expect(requests).toHaveLength(4);
  });

  it('ends with the last failure once the retries are used up', async () => {
    const { connect, requests } = await startServer(refuse('SERVICE_UNAVAILABLE', 503));
    const error = await catchError(connect({ retries: 2 }).tasks.list.query({}));
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', path: 'tasks.list', requestId: 'request-1' });
    expect(requests).toHaveLength(3);
  });

  it('sends a create again under the id that the client gave it', async () => {
    const { connect, requests } = await startServer(cut, succeed({ id: ID }));
    await connect().tasks.create.mutate({ title: 'Water the plants' });
    expect(requests.map(readId)).toEqual([readId(requests[0]), readId(requests[0])]);
    expect(readId(requests[0])).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('gives each create an id of its own, and keeps the caller’s', async () => {
    const { connect, requests } = await startServer(cut, succeed({ id: ID }));
    const client = connect();
    await client.tasks.create.mutate({ id: ID, title: 'Water the plants' });
    await client.tasks.create.mutate({ title: 'Water the plants' });
    await client.tasks.create.mutate({ id: undefined, title: 'Water the plants' });
    const [first, second, third, fourth] = requests.map(readId);
    expect([first, second]).toEqual([ID, ID]);
    expect(new Set([first, third, fourth]).size).toBe(3);
    expect([typeof third, typeof fourth]).toEqual(['string', 'string']);
  });

  it.each([
    ['cut off', cut, 'NETWORK_ERROR'],
    ['refused with 503', refuse('SERVICE_UNAVAILABLE', 503), 'SERVICE_UNAVAILABLE'],
    ['met by a page', showPage(504), 'INVALID_RESPONSE'],
  ])('never follows a delete, a sign-up, a sign-in or a sign-out that was %s', async (_name, reply, code) => {
    const { connect, requests } = await startServer(reply);
    const client = connect();
    const account = { email: 'ada@example.com', password: 'correct horse' };
    for (const call of [
      () => client.tasks.delete.mutate({ id: ID }),
      () => client.auth.signup.mutate(account),
      () => client.auth.login.mutate(account),
      () => client.auth.logout.mutate(),
    ]) {
      requests.length = 0;
      expect(await catchError(call())).toMatchObject({ code });
      expect(requests).toHaveLength(1);
    }
  });

  it('follows 429 for every mutation, no sooner than the server asked', async () => {
    const { connect, requests } = await startServer(
      refuse('TOO_MANY_REQUESTS', 429, { retryAfterSeconds: 1 }),
      answer(429, {}, { 'retry-after': '1' }),
      succeed({ id: ID }),
    );
    await connect().tasks.delete.mutate({ id: ID });
    const [first, second, third] = requests.map(({ atMilliseconds }) => atMilliseconds);
    // Node's timers round to whole milliseconds.
    expect(Number(second) - Number(first)).toBeGreaterThan(990);
    expect(Number(third) - Number(second)).toBeGreaterThan(990);
  });

  it('does not keep a caller waiting for minutes', async () => {
    const { connect, requests } = await startServer(refuse('TOO_MANY_REQUESTS', 429, { retryAfterSeconds: 600 }));
    const error = await catchError(connect().tasks.list.query({}));
    expect(error).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 600 });
    expect(requests).toHaveLength(1);
  });
});
