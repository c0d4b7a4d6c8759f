import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { createDocketClient, type DocketClientOptions } from './index.ts';
import { answer, catchError, hang, refuse, stall, startServer, succeed, TOKEN } from './testing/scripted-server.ts';

const ID = '018f2c6e-7a00-7000-8000-000000000001';

const waitForever = () => new Promise<never>(() => {});

describe('a request', () => {
  it('is a GET with the input in its address for a query', async () => {
    const { connect, requests, url } = await startServer(succeed({ items: [], nextCursor: null }));
    const page = await connect({ url: `${url}/` }).tasks.list.query({ completed: false, limit: 2 });
    expect(page).toEqual({ items: [], nextCursor: null });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'GET', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(requests[0]?.url.pathname).toBe('/trpc/tasks.list');
    expect(requests[0]?.url.searchParams.get('input')).toBe('{"completed":false,"limit":2}');
  });

  it('is a POST of JSON for a mutation, with and without input', async () => {
    const { connect, requests } = await startServer(succeed({}));
    await connect().tasks.delete.mutate({ id: ID });
    await connect().auth.logout.mutate();
    const headers = { 'content-type': 'application/json' };
    expect(requests).toMatchObject([
      { method: 'POST', headers, body: JSON.stringify({ id: ID }) },
      { method: 'POST', headers, body: '' },
    ]);
  });

  it('is one for each call, never a batch', async () => {
    const { connect, requests } = await startServer(succeed({}));
    const client = connect();
    await Promise.all([client.auth.me.query(), client.tasks.get.query({ id: ID })]);
    expect(requests.map(({ url }) => url.pathname).toSorted()).toEqual(['/trpc/auth.me', '/trpc/tasks.get']);
  });
});

describe('the token', () => {
  it('is asked for anew at each try', async () => {
    const { connect, requests } = await startServer(refuse('SERVICE_UNAVAILABLE', 503), succeed({}));
    let count = 0;
    await connect({ token: async () => `token-${(count += 1)}` }).auth.me.query();
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('may come from a login with the very same client', async () => {
    const { connect, requests } = await startServer(
      succeed({ access_token: 'fresh', token_type: 'bearer' }),
      succeed({ email: 'ada@example.com' }),
    );
    const client = connect({
      token: async () => {
        const login = await client.auth.login.mutate({ email: 'ada@example.com', password: 'correct horse' });
        return login.access_token;
      },
    });
    expect(await client.auth.me.query()).toMatchObject({ email: 'ada@example.com' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer fresh']);
  });

  it('is not asked for by what may be done without an account', async () => {
    const { connect, requests } = await startServer(succeed({ done: true }));
    const client = connect({ token: () => Promise.reject(new Error('There is none.')) });
    await client.auth.requestPasswordReset.mutate({ email: 'ada@example.com' });
    await client.auth.resetPassword.mutate({ token: 'link', newPassword: 'correct horse' });
    await client.auth.checkResetLink.mutate({ token: 'link' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
  });

  it.each<[string, DocketClientOptions['token']]>([
    ['a failing source', () => Promise.reject(new Error('The vault is shut.'))],
    [
      'a throwing source',
      () => {
        throw new Error('The vault is shut.');
      },
    ],
    ['an empty token', ''],
    ['a token with a line break', `${TOKEN}\nX-Other: 1`],
    ['a token beyond Latin-1', () => `${TOKEN}\u{1F511}`],
  ])('fails the call unsent: %s', async (_name, token) => {
    const { connect, requests } = await startServer(succeed({}));
    expect(await catchError(connect({ token }).auth.me.query())).toMatchObject({ code: 'TOKEN_UNAVAILABLE' });
    expect(requests).toHaveLength(0);
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await startServer(succeed({}));
    const { connect } = await startServer(answer(307, {}, { location: `${elsewhere.url}/trpc/tasks.create` }));
    const error = await catchError(connect().tasks.create.mutate({ title: 'Water the plants' }));
    expect(error).toMatchObject({ code: 'INVALID_RESPONSE', httpStatus: 307 });
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe('the time limit', () => {
  it.each([
    ['never answers', hang],
    ['stops in the middle of its answer', stall],
  ])('ends each try against a server that %s', async (_name, reply) => {
    const { connect, requests } = await startServer(reply);
    const client = connect({ timeoutSeconds: 1, retries: 1 });
    expect(await catchError(client.tasks.list.query({}))).toMatchObject({ code: 'TIMEOUT', httpStatus: undefined });
    expect(requests).toHaveLength(2);
    expect(await catchError(client.tasks.delete.mutate({ id: ID }))).toMatchObject({ code: 'TIMEOUT' });
    expect(requests).toHaveLength(3);
  });

  it('covers the token’s source, and a fetch that heeds no signal', async () => {
    const { connect, requests } = await startServer(succeed({}));
    const options = { timeoutSeconds: 0.05, retries: 0 };
    expect(await catchError(connect({ ...options, token: waitForever }).auth.me.query())).toMatchObject({
      code: 'TIMEOUT',
    });
    expect(await catchError(connect({ ...options, fetch: waitForever }).auth.me.query())).toMatchObject({
      code: 'TIMEOUT',
    });
    expect(requests).toHaveLength(0);
  });
});

describe('the caller’s signal', () => {
  it('ends a call under way', async () => {
    const { connect, requests } = await startServer(hang);
    const controller = new AbortController();
    const reason = new Error('Enough.');
    const call = catchError(connect().tasks.list.query({}, { signal: controller.signal }));
    await expect.poll(() => requests.length).toBe(1);
    controller.abort(reason);
    expect(await call).toMatchObject({ code: 'ABORTED', path: 'tasks.list', cause: reason });
    expect(requests).toHaveLength(1);
  });

  it('ends the wait for a retry', async () => {
    const { connect, requests } = await startServer(refuse('SERVICE_UNAVAILABLE', 503, { retryAfterSeconds: 30 }));
    const controller = new AbortController();
    const call = catchError(connect().tasks.list.query({}, { signal: controller.signal }));
    await expect.poll(() => requests.length).toBe(1);
    controller.abort();
    expect(await call).toMatchObject({ code: 'ABORTED' });
    expect(requests).toHaveLength(1);
  });

  it('keeps a call from being sent at all', async () => {
    const { connect, requests } = await startServer(succeed({}));
    const error = await catchError(connect().tasks.list.query({}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'ABORTED' });
    expect(requests).toHaveLength(0);
  });
});

describe('a failure', () => {
  it('is a DocketError with all that the server said', async () => {
    const { connect } = await startServer(
      refuse('BAD_REQUEST', 400, { fieldErrors: { title: ['The title needs at least one visible character.'] } }),
    );
    const error = await catchError(connect().tasks.create.mutate({ title: ' ' }));
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(String(error)).toBe('DocketError: Refused: BAD_REQUEST.');
    expect(error).toMatchObject({
      code: 'BAD_REQUEST',
      httpStatus: 400,
      path: 'tasks.create',
      requestId: 'request-1',
      fieldErrors: { title: ['The title needs at least one visible character.'] },
    });
  });

  it('names what the system said where no connection came about', async () => {
    const { connect, stop } = await startServer(succeed({}));
    await stop();
    const client = connect({ retries: 0 });
    const error = await catchError(client.tasks.list.query({}));
    expect(error).toMatchObject({ code: 'NETWORK_ERROR', message: 'The connection to Docket failed (ECONNREFUSED).' });
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe('createDocketClient', () => {
  it.each([
    '',
    'docket.example',
    'ftp://docket.example',
    'https://ada:secret@docket.example',
    'https://docket.example?a=1',
  ])('refuses the address %j', (url) => {
    expect(() => createDocketClient({ url, token: TOKEN })).toThrow(TypeError);
  });

  it.each([
    { timeoutSeconds: 0 },
    { timeoutSeconds: Infinity },
    { timeoutSeconds: NaN },
    { retries: -1 },
    { retries: 0.5 },
  ])('refuses %j', (options) => {
    expect(() => createDocketClient({ url: 'http://localhost', token: TOKEN, ...options })).toThrow(RangeError);
  });
});
