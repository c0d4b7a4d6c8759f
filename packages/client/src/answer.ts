import type { TRPC_ERROR_CODE_KEY } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { DocketError } from './docket-error.ts';
import type { DocketErrorFacts, DocketErrorShape } from './docket-router.ts';

/** What came back, from whomever. */
export interface Answer {
  status: number;
  contentType: string | null;
  retryAfter: string | null;
  body: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isErrorCode = (code: unknown): code is TRPC_ERROR_CODE_KEY =>
  typeof code === 'string' && Object.hasOwn(TRPC_ERROR_CODES_BY_KEY, code);

const isFieldErrors = (value: unknown): value is Record<string, string[]> =>
  isRecord(value) &&
  Object.values(value).every((reasons) => Array.isArray(reasons) && reasons.every((one) => typeof one === 'string'));

const isSeconds = (value: unknown): value is number => typeof value === 'number' && value >= 0;

const readFacts = (facts: unknown, status: number): DocketErrorFacts | null => {
  if (!isRecord(facts) || !isErrorCode(facts['code'])) return null;
  const { code, path, requestId, fieldErrors, retryAfterSeconds } = facts;
  return {
    code,
    httpStatus: status,
    path: typeof path === 'string' ? path : null,
    requestId: typeof requestId === 'string' ? requestId : null,
    ...(isFieldErrors(fieldErrors) ? { fieldErrors } : {}),
    ...(isSeconds(retryAfterSeconds) ? { retryAfterSeconds } : {}),
  };
};

/** The error that the envelope holds, field by field; null where it is none of Docket's. */
const readErrorShape = (envelope: Record<string, unknown>, status: number): DocketErrorShape | null => {
  const { error } = envelope;
  if (!isRecord(error) || typeof error['message'] !== 'string') return null;
  const facts = readFacts(error['data'], status);
  return facts && { message: error['message'], code: TRPC_ERROR_CODES_BY_KEY[facts.code], data: facts };
};

/** The error that ended a stream, in the server's words; null where it is none of Docket's. */
export const readEventError = (path: string, error: unknown): DocketError | null => {
  const facts = isRecord(error) && isRecord(error['data']) ? error['data'] : {};
  const httpStatus = Number(facts['httpStatus']);
  const shape = readErrorShape({ error }, httpStatus);
  return shape && new DocketError({ code: shape.data.code, message: shape.message, path, httpStatus, shape });
};

/** Seconds, or an HTTP date (RFC 9110, 10.2.3). */
const readRetryAfterSeconds = (header: string | null): number | undefined => {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
};

const parseJson = (text: string): { envelope: unknown } | { cause: unknown } => {
  try {
    const envelope: unknown = JSON.parse(text);
    return { envelope };
  } catch (cause) {
    return { cause };
  }
};

/**
 * What the procedure answered.
 * @throws {DocketError} with the server's code, or INVALID_RESPONSE where the answer is not one of Docket's
 */
export const readAnswer = (path: string, answer: Answer): unknown => {
  const { status } = answer;
  const isOk = status >= 200 && status < 300;
  const parsed = parseJson(answer.body);
  const envelope = 'envelope' in parsed && isRecord(parsed.envelope) ? parsed.envelope : {};
  if (isOk && isRecord(envelope['result']) && 'data' in envelope['result']) return envelope['result']['data'];

  const shape = isOk ? null : readErrorShape(envelope, status);
  const common = { path, httpStatus: status };
  if (shape !== null) {
    const retryAfterSeconds = shape.data.retryAfterSeconds ?? readRetryAfterSeconds(answer.retryAfter);
    throw new DocketError({ ...common, code: shape.data.code, message: shape.message, retryAfterSeconds, shape });
  }
  throw new DocketError({
    ...common,
    code: 'INVALID_RESPONSE',
    message: `The answer to ${path} is not one of Docket's (HTTP ${status}, ${answer.contentType ?? 'no content type'}).`,
    retryAfterSeconds: readRetryAfterSeconds(answer.retryAfter),
    cause: 'cause' in parsed ? parsed.cause : undefined,
  });
};
