import type { IncomingMessage, ServerResponse } from 'node:http';
import { TRPCError } from '@trpc/server';
import { incomingMessageToRequest } from '@trpc/server/adapters/node-http';

export const MAX_BODY_BYTES = 128 * 1024;

const JSON_CONTENT = /^application\/json\s*(;|$)/i;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Why a request's body will not be read, by its headers alone; null where it will. Only JSON is read: what a form of
 * another site can send is not.
 */
export const refuseBody = (request: IncomingMessage): TRPCError | null => {
  const { 'content-type': contentType, 'content-encoding': encoding, 'content-length': length } = request.headers;
  if (!JSON_CONTENT.test(contentType ?? '') || (encoding !== undefined && encoding !== 'identity')) {
    return new TRPCError({
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'Send the input as application/json, without compression.',
    });
  }
  return Number(length ?? 0) > MAX_BODY_BYTES ? new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }) : null;
};

/** The same where there may be no body: a form is refused even if it is empty, because any site can send one. */
export const refuseOptionalBody = (request: IncomingMessage): TRPCError | null =>
  hasBody(request) || request.headers['content-type'] !== undefined ? refuseBody(request) : null;

/**
 * The JSON value in a request's body; undefined where there is none. Reads no more than the limit, however long the
 * body goes on.
 *
 * @throws {TRPCError} UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, BAD_REQUEST
 */
export const readJsonBody = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
  const refusal = refuseOptionalBody(request);
  if (refusal !== null) throw refusal;
  if (!hasBody(request)) return undefined;
  // What follows builds a URL of it, and fails where it is none.
  request.headers.host = 'localhost';
  const text = await incomingMessageToRequest(request, response, { maxBodySize: MAX_BODY_BYTES }).text();
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
};
