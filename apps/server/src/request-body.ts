import type { IncomingMessage } from 'node:http';
import { TRPCError } from '@trpc/server';

const MAX_BODY_BYTES = 128 * 1024;

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
 * The text of a request's body once the last byte of it is here; undefined where it has none. Nothing may run before:
 * a request that was cut off is one that nobody has made. Node itself ends those that take too long.
 *
 * @throws {TRPCError} PAYLOAD_TOO_LARGE as soon as it is, CLIENT_CLOSED_REQUEST where the body was cut off
 */
export const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  if (!hasBody(request)) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }));
    };
    request.on('data', collect);
    request.once('end', resolve);
    // Comes behind the end, too, and changes nothing then.
    request.once('close', () =>
      reject(new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message: 'The body was cut off.' })),
    );
  });
  return new TextDecoder().decode(Buffer.concat(chunks));
};

/**
 * The JSON value of a body.
 *
 * @throws {TRPCError} BAD_REQUEST
 */
export const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
};
