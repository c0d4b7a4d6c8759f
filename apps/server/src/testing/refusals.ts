import { expect } from 'vitest';
import type { Answer } from './test-server.ts';

interface Refusal {
  code: string;
  status: number;
  /** The procedure, where the request got as far as to one. */
  path?: string;
}

const describeFacts = ({ code, status, path }: Refusal): unknown =>
  expect.objectContaining({
    code,
    httpStatus: status,
    path: path ?? null,
    requestId: expect.stringMatching(/^[\w-]{8,64}$/),
  });

/** More than one word: a sentence and no code. */
const SENTENCE = /\w \w/;

/** What tRPC clients read of every refusal, whoever wrote it: the router, the gate ahead of it, or the adapter. */
export const describeTrpcRefusal = (refusal: Refusal): unknown => ({
  error: { message: expect.stringMatching(SENTENCE), code: expect.any(Number), data: describeFacts(refusal) },
});

/** What REST clients read of every refusal. */
const describeRestRefusal = (refusal: Refusal): unknown => ({
  message: expect.stringMatching(SENTENCE),
  code: refusal.code,
  data: describeFacts(refusal),
});

const expectJson = (answer: Answer, status: number): string => {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  return String(answer.headers.get('x-request-id'));
};

export const expectTrpcRefusal = (answer: Answer, refusal: Refusal): void => {
  const requestId = expectJson(answer, refusal.status);
  expect(answer.body).toEqual(describeTrpcRefusal(refusal));
  expect(answer.body).toHaveProperty('error.data.requestId', requestId);
};

export const expectRestRefusal = (answer: Answer, refusal: Refusal): void => {
  const requestId = expectJson(answer, refusal.status);
  expect(answer.body).toEqual(describeRestRefusal(refusal));
  expect(answer.body).toHaveProperty('data.requestId', requestId);
};
