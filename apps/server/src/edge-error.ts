import type { ServerResponse } from 'node:http';
import { appRouter, RetryLaterError } from '@docket/api';
import { getTRPCErrorShape, type TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';

/** The headers that go with an error: how to sign in, when to come back. */
export const listErrorHeaders = (errors: readonly TRPCError[]): Record<string, string> => {
  const headers: Record<string, string> = {};
  if (errors.some((error) => error.code === 'UNAUTHORIZED')) headers['www-authenticate'] = 'Bearer';
  const pauses = errors.map((error) => (error instanceof RetryLaterError ? error.retryAfterSeconds : 0));
  const pause = Math.max(0, ...pauses);
  if (pause > 0) headers['retry-after'] = String(pause);
  return headers;
};

export interface ErrorPlace {
  path?: string | undefined;
  type?: 'query' | 'mutation' | 'unknown';
}

/** The shape of an error as the router itself writes it. */
export const shapeError = (error: TRPCError, requestId: string, place: ErrorPlace = {}) => {
  const shape = getTRPCErrorShape({
    config: appRouter._def._config,
    error,
    type: place.type ?? 'unknown',
    path: place.path,
    input: undefined,
    ctx: undefined,
  });
  return { ...shape, data: { ...shape.data, requestId } };
};

const sendJson = (response: ServerResponse, error: TRPCError, body: unknown): void => {
  response.statusCode = getHTTPStatusCodeFromError(error);
  for (const [name, value] of Object.entries(listErrorHeaders([error]))) response.setHeader(name, value);
  // What has not been read of a refused body cannot be told from the next request.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.end(JSON.stringify(body));
};

/** Answers a tRPC call that does not reach the router, in the shape that tRPC clients read. */
export const sendTrpcError = (response: ServerResponse, error: TRPCError): void => {
  sendJson(response, error, { error: shapeError(error, String(response.getHeader('x-request-id'))) });
};

/** Answers a REST call: the sentence, the code, and `data` as tRPC clients get it. */
export const sendRestError = (response: ServerResponse, error: TRPCError, place?: ErrorPlace): void => {
  const { message, data } = shapeError(error, String(response.getHeader('x-request-id')), place);
  sendJson(response, error, { message, code: data.code, data });
};
