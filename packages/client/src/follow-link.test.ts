import { createServer, type Server, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDocketClient, type DocketClientOptions, DocketError, type DocketOutputs } from './index.ts';

type Changes = DocketOutputs['sync']['pull'];

const changesOf = (revision: number): Changes => ({
  revision,
  reset: false,
  next: null,
  olderCompleted: null,
  tasks: [],
});

const writeEvent = (response: ServerResponse, lines: Record<string, string>): void => {
  response.write(
    `${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join('')}\n`,
  );
};

/** A real server that meets each stream in turn with the next of these; the last one meets all that follow. */
const startStreams = async (...streams: ((response: ServerResponse, server: Server) => void)[]) => {
  const requests: { url: string; authorization: string | undefined; input: unknown }[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    requests.push({
      url: url.href,
      authorization: request.headers.authorization,
      input: JSON.parse(url.searchParams.get('input') ?? 'null'),
    });
    (streams[requests.length - 1] ?? streams.at(-1))?.(response, server);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server does not listen.');
  return { requests, url: `http://127.0.0.1:${address.port}` };
};

const CURSOR = '9_first_4_018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11';
const sendPageThenCut = (response: ServerResponse): void => {
  begin(response);
  writeEvent(response, { data: JSON.stringify({ ...changesOf(9), next: CURSOR }), id: CURSOR });
  setImmediate(() => response.socket?.destroy());
};

const begin = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  writeEvent(response, { event: 'connected', data: '{}' });
};
const send =
  (...revisions: number[]) =>
  (response: ServerResponse): void => {
    begin(response);
    for (const revision of revisions) {
      writeEvent(response, { data: JSON.stringify(changesOf(revision)), id: String(revision) });
    }
  };
const sendThenCut =
  (...revisions: number[]) =>
  (response: ServerResponse): void => {
    send(...revisions)(response);
    setImmediate(() => response.socket?.destroy());
  };
const failWith = (code: string, httpStatus: number, facts: object = {}) => {
  const shape = {
    message: `Refused: ${code}.`,
    code: -32000,
    data: { code, httpStatus, path: 'sync.changes', requestId: 'request-1', ...facts },
  };
  return {
    inTheStream: (response: ServerResponse): void => {
      begin(response);
      writeEvent(response, { event: 'serialized-error', data: JSON.stringify(shape) });
      response.end();
    },
    asTheAnswer: (response: ServerResponse): void => {
      response.writeHead(httpStatus, { 'content-type': 'application/json' }).end(JSON.stringify({ error: shape }));
    },
  };
};

/** Follows until so many events came, or until it ends. */
const follow = async (url: string, count: number, options: Partial<DocketClientOptions> = {}) => {
  const client = createDocketClient({ url, token: 'the-token', ...options });
  const ids: string[] = [];
  const troubles: unknown[] = [];
  const end = await new Promise<unknown>((resolve) => {
    const subscription = client.sync.changes.subscribe(
      {},
      {
        onData: ({ id, data }) => {
          expect(id).toBe(data.next ?? String(data.revision));
          ids.push(id);
          if (ids.length < count) return;
          subscription.unsubscribe();
          resolve('enough');
        },
        onError: resolve,
        onConnectionStateChange: ({ state, error }) => {
          if (state === 'connecting' && error !== null) troubles.push(error);
        },
      },
    );
  });
  return { ids, troubles, end };
};

describe('following changes', () => {
  it('goes on behind the last event after the connection broke, with a token asked for anew', async () => {
    const { url, requests } = await startStreams(sendThenCut(1, 2), send(3));
    let asked = 0;
    const { ids, troubles } = await follow(url, 3, { token: () => `token-${(asked += 1)}` });
    expect(ids).toEqual(['1', '2', '3']);
    expect(troubles).toMatchObject([{ code: 'NETWORK_ERROR', path: 'sync.changes' }]);
    expect(troubles[0]).toBeInstanceOf(DocketError);
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(requests.map(({ input }) => input)).toEqual([{}, { lastEventId: '2' }]);
    expect(requests.filter((request) => request.url.includes('token'))).toEqual([]);
  });

  it('goes on in the middle of an answer of several pages', async () => {
    const { url, requests } = await startStreams(sendPageThenCut, send(9));
    expect((await follow(url, 2)).ids).toEqual([CURSOR, '9']);
    expect(requests.map(({ input }) => input)).toEqual([{}, { lastEventId: CURSOR }]);
  });

  it.each([
    ['an outage, told in the stream', failWith('SERVICE_UNAVAILABLE', 503).inTheStream],
    ['an outage, told as the answer', failWith('SERVICE_UNAVAILABLE', 503).asTheAnswer],
    ['too many calls', failWith('TOO_MANY_REQUESTS', 429, { retryAfterSeconds: 0 }).inTheStream],
    ['a proxy`s page', (response: ServerResponse) => response.writeHead(502).end('<h1>Bad gateway</h1>')],
    ['no connection', (response: ServerResponse) => response.socket?.destroy()],
  ])('outlives %s', async (_, trouble) => {
    const { url, requests } = await startStreams(sendThenCut(1), trouble, trouble, send(2));
    expect((await follow(url, 2)).ids).toEqual(['1', '2']);
    expect(requests).toHaveLength(4);
  });

  it.each([
    ['in the stream', failWith('UNAUTHORIZED', 401).inTheStream],
    ['as the answer', failWith('UNAUTHORIZED', 401).asTheAnswer],
  ])('ends for good when the session does, told %s', async (_, refuse) => {
    const { url, requests } = await startStreams(sendThenCut(1), refuse);
    const { ids, end } = await follow(url, 9);
    expect(ids).toEqual(['1']);
    expect(end).toBeInstanceOf(DocketError);
    expect(end).toMatchObject({ code: 'UNAUTHORIZED', httpStatus: 401, requestId: 'request-1', path: 'sync.changes' });
    expect(requests).toHaveLength(2);
  });

  it('goes on with a newer token where the one it has comes to its end, told in the stream', async () => {
    const { url, requests } = await startStreams(sendThenCut(1), failWith('UNAUTHORIZED', 401).inTheStream, send(2));
    const tokens = ['old', 'old', 'new'];
    const { ids } = await follow(url, 2, { token: () => tokens.shift() ?? 'none' });
    expect(ids).toEqual(['1', '2']);
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('ends where the token is refused, and neither the same one nor the next is taken', async () => {
    const { url, requests } = await startStreams(failWith('UNAUTHORIZED', 401).inTheStream);
    expect((await follow(url, 1, { token: () => 'the-same' })).end).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(requests).toHaveLength(1);
    let asked = 0;
    const renewing = await follow(url, 1, { token: () => `token-${(asked += 1)}` });
    expect(renewing.end).toMatchObject({ code: 'UNAUTHORIZED', requestId: 'request-1' });
    expect(requests).toHaveLength(3);
  });

  it('outlives a token source that cannot reach Docket just now, or that never answers', async () => {
    const { url, requests } = await startStreams(send(1));
    const unreachable = new DocketError({ code: 'NETWORK_ERROR', path: 'auth.login', message: 'No connection.' });
    const sources = [() => Promise.reject(unreachable), () => new Promise<string>(() => {}), () => 'the-token'];
    const { ids, troubles } = await follow(url, 1, { token: () => sources.shift()?.() ?? '', timeoutSeconds: 0.2 });
    expect(ids).toEqual(['1']);
    expect(troubles).toMatchObject([{ code: 'TOKEN_UNAVAILABLE' }, { code: 'TIMEOUT' }]);
    expect(requests).toHaveLength(1);
  });

  it('ends where the token cannot be had, and where something else answers', async () => {
    const { url, requests } = await startStreams((response) => response.writeHead(200).end('hello'));
    expect((await follow(url, 1, { token: () => Promise.reject(new Error('shut')) })).end).toMatchObject({
      code: 'TOKEN_UNAVAILABLE',
    });
    expect(requests).toEqual([]);
    expect((await follow(url, 1)).end).toMatchObject({ code: 'INVALID_RESPONSE', httpStatus: 200 });
  });

  it('tries again where no answer begins in time', async () => {
    const { url } = await startStreams(() => {}, send(1));
    const { ids, troubles } = await follow(url, 1, { timeoutSeconds: 0.2 });
    expect(ids).toEqual(['1']);
    expect(troubles).toMatchObject([{ code: 'TIMEOUT' }]);
  });

  it('tries again where the heartbeat stops', async () => {
    const { url } = await startStreams((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      writeEvent(response, { event: 'connected', data: '{"reconnectAfterInactivityMs":100}' });
    }, send(1));
    expect((await follow(url, 1)).ids).toEqual(['1']);
  });

  it('stops when told to, also between two tries', async () => {
    const { url, requests } = await startStreams(
      failWith('SERVICE_UNAVAILABLE', 503, { retryAfterSeconds: 9 }).inTheStream,
    );
    const client = createDocketClient({ url, token: 'the-token' });
    const controller = new AbortController();
    await new Promise<void>((resolve) => {
      client.sync.changes.subscribe(
        {},
        {
          signal: controller.signal,
          onConnectionStateChange: ({ error }) => error !== null && controller.abort(),
          onComplete: resolve,
        },
      );
    });
    expect(requests).toHaveLength(1);
  });
});
