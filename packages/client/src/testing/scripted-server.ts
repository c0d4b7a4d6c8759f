import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { createDocketClient, type DocketClientOptions, DocketError } from '../index.ts';

export const TOKEN = 'the-secret-token';

export interface ArrivedRequest {
  method: string | undefined;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
  atMilliseconds: number;
}
export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
export const succeed = (output: unknown): Reply => answer(200, { result: { data: output } });
export const refuse = (code: string, httpStatus: number, facts: object = {}): Reply =>
  answer(httpStatus, {
    error: {
      message: `Refused: ${code}.`,
      code: -32000,
      data: { code, httpStatus, path: 'some.path', requestId: 'request-1', ...facts },
    },
  });
export const hang: Reply = () => {};
export const cut: Reply = (_response, request) => request.socket.destroy();
export const stall: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"result":');
};
export const showPage =
  (status: number): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>A proxy</h1>');
  };

/** A real server that meets the first request with the first reply, and so on; the last one meets all that follow. */
export const startServer = async (...replies: [Reply, ...Reply[]]) => {
  const requests: ArrivedRequest[] = [];
  const server = createServer((request, response) => {
    const { method, headers } = request;
    const url = new URL(request.url ?? '', 'http://server');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      requests.push({ method, url, headers, body, atMilliseconds: performance.now() });
      (replies[requests.length - 1] ?? replies.at(-1) ?? replies[0])(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server does not listen.');
  const url = `http://127.0.0.1:${address.port}`;
  const connect = (options: Partial<DocketClientOptions> = {}) => createDocketClient({ url, token: TOKEN, ...options });
  return { url, requests, connect, stop };
};

/** The failure of a call, which must be a DocketError that nowhere quotes the token. */
export const catchError = async (call: Promise<unknown>): Promise<DocketError> => {
  const error: unknown = await call.then(
    () => new Error('The call succeeded.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DocketError)) throw new Error('Not a DocketError.', { cause: error });
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(TOKEN);
  return error;
};
