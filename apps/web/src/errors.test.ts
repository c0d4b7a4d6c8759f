import { appRouter, type AppRouter } from '@docket/api';
import { createTestApi, type TestApi } from '@docket/api/testing';
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeError, isPassing, readErrorAnswer, readFieldErrors, readIssues } from './errors.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

type Fetch = (url: URL | RequestInfo | string, init: RequestInit) => Promise<Response>;

const createClient = (answer: Fetch) =>
  createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({ url: 'http://docket.example/trpc', fetch: (url, init) => answer(url, toRequestInit(init)) }),
    ],
  });

/** tRPC's own type of a request allows more than its link ever sends. */
const toRequestInit = (init: { method?: string; headers?: unknown; body?: unknown } = {}): RequestInit => ({
  method: init.method ?? 'GET',
  headers: { 'content-type': 'application/json' },
  ...(typeof init.body === 'string' ? { body: init.body } : {}),
});

/** The real procedures behind a real client; only the network between them is left out. */
const connect = ({ makeContext }: TestApi, bearerToken: string | null) =>
  createClient((url, init) =>
    fetchRequestHandler({
      endpoint: '/trpc',
      req: new Request(url, init),
      router: appRouter,
      createContext: () => makeContext(bearerToken, { requestId: 'request-7' }),
    }),
  );

const readFailure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

describe('what Docket refused', () => {
  test('is told field by field', async () => {
    const error = await readFailure(
      connect(api, null).auth.signup.mutate({ email: 'ada', password: 'short', timeZone: 'Mars/Olympus' }),
    );
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(readFieldErrors(error)).toEqual({
      email: 'Enter an e-mail address such as name@example.com.',
      password: 'The password needs at least 8 characters.',
      timeZone: 'Enter a time zone of the IANA database, such as Europe/Berlin.',
    });
    expect(describeError(error)).toBe('Enter an e-mail address such as name@example.com.');
    expect(readErrorAnswer(error)).toMatchObject({ code: 'BAD_REQUEST', httpStatus: 400, requestId: 'request-7' });
    expect(isPassing(error)).toBe(false);
  });

  test('is told in the server`s own sentence where no field is to blame', async () => {
    const error = await readFailure(connect(api, null).tasks.list.query({}));
    expect(describeError(error)).toBe('You are not signed in, or no longer. Sign in and try again.');
    expect(readErrorAnswer(error)).toMatchObject({ code: 'UNAUTHORIZED', httpStatus: 401 });
    expect(readFieldErrors(error)).toEqual({});
    expect(isPassing(error)).toBe(false);
  });

  test('is told so where the e-mail address is taken', async () => {
    const account = { email: 'ada@example.com', password: 'correct horse' };
    await connect(api, null).auth.signup.mutate(account);
    const error = await readFailure(connect(api, null).auth.signup.mutate(account));
    expect(readErrorAnswer(error)).toMatchObject({ code: 'CONFLICT', httpStatus: 409 });
    expect(describeError(error)).toBe('There is already an account for this e-mail address. Sign in instead.');
  });

  test('is told so where there is no such task', async () => {
    const client = connect(api, (await api.mintUser()).token);
    const error = await readFailure(client.tasks.get.query({ id: '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11' }));
    expect(readErrorAnswer(error)?.code).toBe('NOT_FOUND');
    expect(describeError(error)).toBe(error instanceof Error ? error.message : '');
  });
});

describe('what may pass', () => {
  test('is told with how long to wait where too many are signing in', async () => {
    const places: Disposable[] = [];
    const reserveAll = (): void => {
      for (;;) places.push(api.dependencies.passwords.reserve([]));
    };
    expect(reserveAll).toThrow('Too many passwords');
    const error = await readFailure(connect(api, null).auth.login.mutate({ email: 'ada@example.com', password: 'x' }));
    for (const place of places) place[Symbol.dispose]();
    expect(readErrorAnswer(error)).toMatchObject({ httpStatus: 429, retryAfterSeconds: 5 });
    expect(describeError(error)).toBe('That was too often. Try again in 5 seconds.');
    expect(describeError(error, { isTextKept: true })).toBe(
      'That was too often. Your text is still here. Try again in 5 seconds.',
    );
  });

  test('rounds a wait up, and does without one', () => {
    const refuse = (wait: object) => ({ message: 'x', data: { code: 'TOO_MANY_REQUESTS', httpStatus: 429, ...wait } });
    expect(describeError(refuse({ retryAfterSeconds: 1 }))).toBe('That was too often. Try again in 1 second.');
    expect(describeError(refuse({ retryAfterSeconds: 0.2 }))).toBe('That was too often. Try again in 1 second.');
    expect(describeError(refuse({ retryAfterSeconds: 1.2 }))).toBe('That was too often. Try again in 2 seconds.');
    expect(describeError(refuse({ retryAfterSeconds: 119 }))).toBe('That was too often. Try again in 119 seconds.');
    expect(describeError(refuse({ retryAfterSeconds: 121 }))).toBe('That was too often. Try again in 3 minutes.');
    expect(describeError(refuse({ retryAfterSeconds: 7_201 }))).toBe('That was too often. Try again in 3 hours.');
    expect(describeError(refuse({}))).toBe('That was too often. Try again in a moment.');
  });

  test('is told as an outage where the database is gone', async () => {
    const closed = await createTestApi();
    const { token } = await closed.mintUser();
    await closed.close();
    const error = await readFailure(connect(closed, token).tasks.list.query({}));
    expect(readErrorAnswer(error)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503 });
    expect(isPassing(error)).toBe(true);
    expect(describeError(error)).toBe('Docket is not available right now. Nothing is lost. Try again shortly.');
    expect(describeError(error, { isTextKept: true })).toBe(
      'Docket is not available right now. Nothing is lost. Your text is still here. Try again shortly.',
    );
  });

  test.each([
    ['no connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['a proxy`s page', () => Promise.resolve(new Response('<h1>502 Bad Gateway</h1>', { status: 502 }))],
    ['JSON of another service', () => Promise.resolve(Response.json({ error: 'nope' }, { status: 500 }))],
    ['an empty answer', () => Promise.resolve(new Response('', { status: 200 }))],
  ])('is told as being out of reach: %s', async (_, answer) => {
    const error = await readFailure(createClient(answer).tasks.list.query({}));
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(readErrorAnswer(error)).toBeNull();
    expect(isPassing(error)).toBe(true);
    expect(describeError(error)).toBe('Docket cannot be reached. Check the connection and try again.');
    expect(describeError(error, { isTextKept: true })).toBe(
      'Docket cannot be reached. Your text is still here. Check the connection and try again.',
    );
    expect(readFieldErrors(error)).toEqual({});
  });
});

describe('what went wrong in Docket', () => {
  test('is told with the reference of the request, and without what it was', async () => {
    const broken = await createTestApi();
    const { token } = await broken.mintUser();
    await broken.database.db.execute('drop table tasks');
    const error = await readFailure(connect(broken, token).tasks.list.query({}));
    await broken.close();
    expect(readErrorAnswer(error)).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 });
    expect(isPassing(error)).toBe(false);
    expect(describeError(error)).toBe('Something went wrong in Docket. Try again (reference request-7).');
    expect(describeError(error, { isTextKept: true })).toBe(
      'Something went wrong in Docket. Your text is still here. Try again (reference request-7).',
    );
  });

  test.each([[null], [undefined]])('is told without a reference where it is %s', (requestId) => {
    const error = { message: 'x', data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, requestId } };
    expect(describeError(error)).toBe('Something went wrong in Docket. Try again.');
  });
});

describe('readErrorAnswer', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'UNAUTHORIZED'],
    ['an error of the browser', new TypeError('Failed to fetch')],
    ['an answer without a sentence', { data: { code: 'NOT_FOUND', httpStatus: 404 } }],
    ['an answer without a code', { message: 'x', data: { httpStatus: 404 } }],
    ['an answer whose status is text', { message: 'x', data: { code: 'NOT_FOUND', httpStatus: '404' } }],
  ])('finds no answer of Docket`s in %s', (_, error) => {
    expect(readErrorAnswer(error)).toBeNull();
  });
});

describe('readFieldErrors', () => {
  test('takes the first message of each field, and none of a field without one', () => {
    const fieldErrors = { email: ['First.', 'Second.'], name: [], password: ['Third.'] };
    const error = { message: 'x', data: { code: 'BAD_REQUEST', httpStatus: 400, fieldErrors } };
    expect(readFieldErrors(error)).toEqual({ email: 'First.', password: 'Third.' });
    expect(describeError(error)).toBe('First.');
  });
});

describe('readIssues', () => {
  test('takes the first message of each field, and what is wrong with the whole under no name', () => {
    const schema = z
      .object({ email: z.string().min(3, 'Too short.').includes('@', 'No @.'), tags: z.array(z.string('No text.')) })
      .refine(() => false, { error: 'All wrong.', when: () => true });
    const { error } = schema.safeParse({ email: '', tags: ['x', 1] });
    expect(error && readIssues(error)).toEqual({ email: 'Too short.', tags: 'No text.', '': 'All wrong.' });
  });
});
