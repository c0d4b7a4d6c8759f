import type { OpenAPIObject } from 'trpc-to-openapi';
import { type ErrorCode, ERRORS } from './openapi-document-notes.ts';

type Components = NonNullable<OpenAPIObject['components']>;
type Response = NonNullable<Components['responses']>[string];

const CODES = Object.keys(ERRORS);

const ERROR_SCHEMA: NonNullable<Components['schemas']>[string] = {
  type: 'object',
  description: 'What every error answers. Switch on `code`; `message` may change.',
  properties: {
    message: { type: 'string', description: 'A sentence for a person.' },
    code: { type: 'string', enum: CODES, description: 'What went wrong.' },
    data: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: CODES, description: 'The same code once more.' },
        httpStatus: { type: 'integer', description: 'The status of the response.' },
        path: { type: ['string', 'null'], description: 'The procedure; null where none was reached.' },
        requestId: { type: 'string', description: 'As in the header `X-Request-Id`; the log names it, too.' },
        fieldErrors: {
          type: 'object',
          additionalProperties: { type: 'array', items: { type: 'string' } },
          description: 'For each field that was refused, why. Only with `BAD_REQUEST`.',
        },
        retryAfterSeconds: {
          type: 'integer',
          minimum: 1,
          description: 'How long to wait. Only with `TOO_MANY_REQUESTS` and `SERVICE_UNAVAILABLE`.',
        },
      },
      required: ['code', 'httpStatus', 'path', 'requestId'],
    },
  },
  required: ['message', 'code', 'data'],
};

const MORE_HEADERS: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED: 'WWW-Authenticate',
  TOO_MANY_REQUESTS: 'Retry-After',
  SERVICE_UNAVAILABLE: 'Retry-After',
};

const isErrorCode = (name: string): name is ErrorCode => name in ERRORS;

const describeError = (code: ErrorCode): Response => ({
  description: ERRORS[code].when,
  headers: Object.fromEntries(
    ['X-Request-Id', MORE_HEADERS[code]]
      .filter((name) => name !== undefined)
      .map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  ),
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});

/** The components that errors refer to: the body's schema, the headers, and one response a code. */
export const describeErrors = (): Required<Pick<Components, 'schemas' | 'headers' | 'responses'>> => ({
  schemas: { Error: ERROR_SCHEMA },
  headers: {
    'X-Request-Id': {
      description: "The request's id: the caller's own where it sent a plain one of 8 to 64 characters.",
      schema: { type: 'string' },
    },
    'WWW-Authenticate': { description: 'Always `Bearer`.', schema: { type: 'string' } },
    'Retry-After': { description: 'How many seconds to wait.', schema: { type: 'integer' } },
  },
  responses: Object.fromEntries(CODES.filter(isErrorCode).map((code) => [code, describeError(code)])),
});

/** The responses of an operation that can answer these codes, by status. */
export const listErrorResponses = (codes: readonly ErrorCode[]): Record<string, { $ref: string }> =>
  Object.fromEntries(codes.map((code) => [String(ERRORS[code].status), { $ref: `#/components/responses/${code}` }]));
