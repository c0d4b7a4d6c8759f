import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBearerToken, type RequestFacts } from '@docket/api';
import proxyAddress from 'proxy-addr';

const ACCEPTED_REQUEST_ID = /^[\w-]{8,64}$/;

/** Gives the request its id, the caller's own where it is a plain one, and answers it as `X-Request-Id`. */
export const assignRequestId = (request: IncomingMessage, response: ServerResponse): string => {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && ACCEPTED_REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('x-request-id', requestId);
  return requestId;
};

export type IsTrustedProxy = (address: string, hop: number) => boolean;

/** Reads what procedures may know of a request. Two `Authorization` headers are as good as none. */
export const readRequestFacts = (
  request: IncomingMessage,
  response: ServerResponse,
  isTrustedProxy: IsTrustedProxy,
): RequestFacts => ({
  requestId: String(response.getHeader('x-request-id')),
  bearerToken:
    (request.headersDistinct['authorization']?.length ?? 0) > 1 ? null : readBearerToken(request.headers.authorization),
  userAgent: request.headers['user-agent'] ?? null,
  address: request.socket.remoteAddress === undefined ? null : proxyAddress(request, isTrustedProxy),
});
