import { describe, expect, it } from 'vitest';
import { type Answer, readAnswer } from './answer.ts';
import { DocketError } from './docket-error.ts';

const read = (answer: Partial<Answer>): unknown =>
  readAnswer('tasks.get', { status: 200, contentType: 'application/json', retryAfter: null, body: '', ...answer });

const refuse = (answer: Partial<Answer>): DocketError => {
  try {
    read(answer);
  } catch (error) {
    if (error instanceof DocketError) return error;
    throw error;
  }
  throw new Error('The answer was taken.');
};

const writeError = (facts: object): string =>
  JSON.stringify({ error: { message: 'No.', code: -32004, data: { code: 'NOT_FOUND', httpStatus: 404, ...facts } } });

describe('readAnswer', () => {
  it('gives what the procedure answered, false values included', () => {
    expect(read({ body: '{"result":{"data":{"id":"1"}}}' })).toEqual({ id: '1' });
    expect(read({ body: '{"result":{"data":null}}' })).toBe(null);
  });

  it('carries every fact of an error', () => {
    const facts = { path: 'tasks.get', requestId: 'r1', fieldErrors: { id: ['No.'] }, retryAfterSeconds: 2 };
    expect(refuse({ status: 404, body: writeError(facts) })).toMatchObject({
      ...facts,
      name: 'DocketError',
      code: 'NOT_FOUND',
      message: 'No.',
      httpStatus: 404,
      data: { ...facts, code: 'NOT_FOUND', httpStatus: 404 },
    });
  });

  it('leaves out facts of a wrong kind, and believes the status over the body', () => {
    const facts = { httpStatus: 200, requestId: 7, fieldErrors: { id: 'No.' }, retryAfterSeconds: -1 };
    const error = refuse({ status: 404, body: writeError(facts) });
    expect(error).toMatchObject({ code: 'NOT_FOUND', httpStatus: 404 });
    expect([error.requestId, error.fieldErrors, error.retryAfterSeconds]).toEqual([undefined, undefined, undefined]);
  });

  it.each<[string, Partial<Answer>]>([
    ['a page', { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }],
    ['nothing', { status: 204 }],
    ['JSON cut short', { body: '{"result":{"data":{"id"' }],
    ['JSON of somebody else', { body: '{"ok":true}' }],
    ['a JSON list', { body: '[{"result":{"data":1}}]' }],
    ['a result without data', { body: '{"result":{}}' }],
    ['a result with a failure status', { status: 500, body: '{"result":{"data":1}}' }],
    ['an error with a success status', { status: 200, body: writeError({}) }],
    ['an error of somebody else', { status: 401, body: '{"error":"unauthorized"}' }],
    ['a code that no Docket knows', { status: 401, body: writeError({ code: 'toString' }) }],
  ])('takes %s for INVALID_RESPONSE', (_name, answer) => {
    expect(refuse(answer)).toMatchObject({ code: 'INVALID_RESPONSE', httpStatus: answer.status ?? 200 });
  });

  it('reads Retry-After as seconds and as a date, unless the body says it too', () => {
    expect(refuse({ status: 503, retryAfter: '12' }).retryAfterSeconds).toBe(12);
    expect(refuse({ status: 503, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT' }).retryAfterSeconds).toBe(0);
    expect(refuse({ status: 503, retryAfter: 'soon' }).retryAfterSeconds).toBe(undefined);
    const body = writeError({ retryAfterSeconds: 3 });
    expect(refuse({ status: 503, retryAfter: '12', body }).retryAfterSeconds).toBe(3);
  });
});
