import type { IncomingMessage, ServerResponse } from 'node:http';
import { appRouter, createContext, type Dependencies } from '@docket/api';
import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { listErrorHeaders, sendTrpcError } from './edge-error.ts';
import { type Logger, reportFault } from './logger.ts';
import { listRestProcedures } from './rest-procedures.ts';
import { readBody, refuseBody } from './request-body.ts';
import { readRequestFacts } from './request-facts.ts';
import type { Edge } from './request-origin.ts';

export const TRPC_PREFIX = '/trpc/';
const MAX_BATCH_SIZE = 10;

/** No name is longer, and a refusal repeats it. */
const PROCEDURE_PATHS = /^(?!$)[\w.]{0,64}(?:,[\w.]{0,64})*$/;
/** What the adapter takes for the parameters of a WebSocket connection, which there is none of. */
const WEBSOCKET_PARAMETERS = /[?&]connectionParams=/;

/** tRPC itself would let a cache keep a stream. Proxies are to pass it on as it comes, uncompressed. */
const STREAM_HEADERS = { 'cache-control': 'no-store, no-transform' };

/** The one path segment behind the prefix, or null where it is not one: the adapter reads only what follows the last `/`. */
const readProcedurePaths = (url: string): string | null => {
  const end = url.indexOf('?');
  const segment = url.slice(TRPC_PREFIX.length, end === -1 ? undefined : end);
  return PROCEDURE_PATHS.test(segment) ? segment : null;
};

const procedureTypes = new Map(listRestProcedures().map(({ name, type }) => [name, type]));

/** Names that no procedure has are for the router to refuse, each by itself. */
const mixesTypes = (paths: readonly string[]): boolean =>
  new Set(paths.flatMap((path) => procedureTypes.get(path) ?? [])).size > 1;

const refuse = (request: IncomingMessage): TRPCError | null => {
  if (request.method !== 'GET' && request.method !== 'POST') {
    return new TRPCError({
      code: 'METHOD_NOT_SUPPORTED',
      message: 'Call queries and subscriptions by GET, and mutations by POST.',
    });
  }
  const paths = readProcedurePaths(request.url ?? '');
  if (paths === null) {
    return new TRPCError({ code: 'NOT_FOUND', message: 'There is no such procedure.' });
  }
  const pathList = paths.split(',');
  if (pathList.length > MAX_BATCH_SIZE) {
    return new TRPCError({ code: 'BAD_REQUEST', message: `A batch can have at most ${MAX_BATCH_SIZE} calls.` });
  }
  if (mixesTypes(pathList)) {
    return new TRPCError({ code: 'BAD_REQUEST', message: 'A batch holds queries or mutations, not both.' });
  }
  if (WEBSOCKET_PARAMETERS.test(request.url ?? '')) {
    return new TRPCError({ code: 'BAD_REQUEST', message: 'Send the token as the Authorization header.' });
  }
  return request.method === 'GET' ? null : refuseBody(request);
};

/** Reads the whole body and leaves it where the adapter looks for it, which else calls the procedure ahead of it. */
const takeBody = async (request: IncomingMessage): Promise<TRPCError | null> => {
  try {
    Object.assign(request, { body: await readBody(request) });
    return null;
  } catch (error) {
    return getTRPCErrorFromUnknown(error);
  }
};

/** tRPC behind a gate that lets through only what a tRPC client of ours would send. */
export const createTrpcEndpoint = (options: { dependencies: Dependencies; logger: Logger; edge: Edge }) => {
  const { dependencies, logger, edge } = options;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    const refusal = refuse(request) ?? (await takeBody(request));
    if (refusal !== null) {
      if (refusal.code === 'METHOD_NOT_SUPPORTED') response.setHeader('allow', 'GET, POST');
      sendTrpcError(response, refusal);
      return;
    }
    const facts = readRequestFacts(request, response, edge);
    // The adapter builds a URL of it, and fails where it is none.
    request.headers.host = 'localhost';
    // A batch whose answers stream would hide their statuses, and its headers are gone before a cookie is to be kept.
    delete request.headers['trpc-accept'];
    delete request.headers.accept;
    // Of a query the adapter would read a form, or refuse it in words of its own.
    if (request.method === 'GET') delete request.headers['content-type'];
    await nodeHTTPRequestHandler({
      router: appRouter,
      req: request,
      res: response,
      path: readProcedurePaths(request.url ?? '') ?? '',
      maxBatchSize: MAX_BATCH_SIZE,
      createContext: ({ info }) => createContext(dependencies, { ...facts, isBatch: info.isBatchCall }),
      // The adapter names no type where it refuses the whole request.
      responseMeta: ({ errors, type }) => ({
        headers: {
          ...(type === 'subscription' ? STREAM_HEADERS : { 'content-type': 'application/json' }),
          ...listErrorHeaders(errors),
        },
      }),
      onError: ({ error, path, type }) => {
        // An outage ends all streams at once, and again as often as they come back: calls and the mail delivery report it.
        if (type === 'subscription' && error.code === 'SERVICE_UNAVAILABLE') return;
        reportFault(logger, { error, path, requestId: response.getHeader('x-request-id') });
      },
    });
  };
};
