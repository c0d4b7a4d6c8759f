import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What happens to a call instead of an answer. */
type Trouble =
  /** It never reaches the server. */
  | 'drop'
  /** The server does it, and its answer gets lost. */
  | 'lose-answer'
  | { status: number; code: string; message: string; retryAfterSeconds?: number };

interface Page {
  type: string;
  body: string;
}

export interface ChaosProxy {
  port: number;
  /** What is answered here instead of by the server, by path. */
  pages: Map<string, Page>;
  /** Asked about every call, by its procedure; undefined lets it through. */
  trouble: (procedure: string) => Trouble | undefined;
  /** Awaited ahead of the answer to each call of a procedure, once the server has given it. */
  delay: (procedure: string) => Promise<void>;
  /** The calls that came, by procedure, in order. */
  calls: string[];
  /** Streams that are open. */
  countStreams(): number;
  /** Breaks every stream. */
  cutStreams(): void;
  close(): Promise<void>;
}

const refuse = (response: ServerResponse, trouble: Exclude<Trouble, string>, path: string): void => {
  const { status, ...facts } = trouble;
  const data = { ...facts, httpStatus: status, path };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message: trouble.message, code: -32_000, data } }));
};

/** Passes everything on to the server, its procedures with whatever trouble a network makes. */
export const startChaosProxy = async (serverUrl: string): Promise<ChaosProxy> => {
  const streams = new Set<ServerResponse>();

  const forward = (call: IncomingMessage, response: ServerResponse, trouble: Trouble | undefined): void => {
    const { method, headers, url = '/' } = call;
    const answerLater = async (answer: IncomingMessage): Promise<void> => {
      await proxy.delay(url.replace(/^\/trpc\/|\?.*$/g, ''));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    };
    const passed = request(serverUrl + url, { method, headers }, (answer) => {
      if (trouble === 'lose-answer') {
        answer.resume();
        answer.on('end', () => response.destroy());
      } else void answerLater(answer);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    call.pipe(passed);
  };

  const server = createServer((call, response) => {
    const { pathname } = new URL(call.url ?? '/', serverUrl);
    const own = proxy.pages.get(pathname);
    if (own !== undefined) {
      response.writeHead(200, { 'content-type': own.type });
      response.end(own.body);
      return;
    }
    if (!pathname.startsWith('/trpc/')) {
      forward(call, response, undefined);
      return;
    }
    const procedure = pathname.slice('/trpc/'.length);
    proxy.calls.push(procedure);
    const trouble = proxy.trouble(procedure);
    if (trouble === 'drop') {
      response.destroy();
      return;
    }
    if (typeof trouble === 'object') {
      refuse(response, trouble, procedure);
      return;
    }
    if (procedure === 'sync.changes') {
      streams.add(response);
      response.on('close', () => streams.delete(response));
    }
    forward(call, response, trouble);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  const proxy: ChaosProxy = {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    pages: new Map(),
    trouble: () => undefined,
    delay: async () => {},
    calls: [],
    countStreams: () => streams.size,
    cutStreams: () => {
      for (const stream of streams) stream.destroy();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
};
