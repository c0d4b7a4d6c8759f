import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { readBearerToken, type RequestFacts } from '@docket/api';
import proxyAddress from 'proxy-addr';
import { readRefreshCookie, writeRefreshCookie } from './refresh-cookie.ts';
import { type Edge, isFromOwnPage, isReachedByHttps } from './request-origin.ts';

const ACCEPTED_REQUEST_ID = /^[\w-]{8,64}$/;

/** Gives the request its id, the caller's own where it is a plain one, and answers it as `X-Request-Id`. */
export const assignRequestId = (request: IncomingMessage, response: ServerResponse): string => {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && ACCEPTED_REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('x-request-id', requestId);
  return requestId;
};

/** Some proxies add the port: `192.0.2.7:51000`, `[2001:db8::1]:51000`. An IPv4 address may come as `::ffff:192.0.2.7`. */
const ADDRESS = /^(?:\[(?<bracketed>[^\]]+)\](?::\d+)?|(?:::ffff:)?(?<version4>[\d.]+)(?::\d+)?|(?<plain>.+))$/i;

/** The caller's address, through the proxies that are trusted to tell it; null where they tell none. */
const readAddress = (request: IncomingMessage, edge: Edge): string | null => {
  if (request.socket.remoteAddress === undefined) return null;
  const parts = ADDRESS.exec(proxyAddress(request, edge.isTrustedProxy))?.groups;
  const address = parts?.['bracketed'] ?? parts?.['version4'] ?? parts?.['plain'] ?? '';
  return isIP(address) === 0 ? null : address;
};

/** Reads what procedures may know of a request. Two `Authorization` headers are as good as none. */
export const readRequestFacts = (request: IncomingMessage, response: ServerResponse, edge: Edge): RequestFacts => {
  const isHttps = isReachedByHttps(request, edge);
  return {
    requestId: String(response.getHeader('x-request-id')),
    bearerToken:
      (request.headersDistinct['authorization']?.length ?? 0) > 1
        ? null
        : readBearerToken(request.headers.authorization),
    userAgent: request.headers['user-agent'] ?? null,
    address: readAddress(request, edge),
    refreshToken: readRefreshCookie(request, isHttps),
    isFromOwnPage: isFromOwnPage(request, edge),
    isBatch: false,
    onAnswered: (run) => {
      if (response.closed || response.destroyed) run();
      else response.once('close', run);
    },
    keepRefreshToken: (token) => writeRefreshCookie(response, isHttps, token),
  };
};
