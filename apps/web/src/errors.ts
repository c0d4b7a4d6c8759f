import type { z } from 'zod';
import { isRecord } from './records.ts';

/** What the server answered. */
export interface ErrorAnswer {
  readonly message: string;
  readonly code: string;
  readonly httpStatus: number;
  readonly requestId?: string | undefined;
  readonly fieldErrors?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

const isSentences = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((sentence) => typeof sentence === 'string');

const readSentences = (value: unknown): ErrorAnswer['fieldErrors'] =>
  isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([field, found]) => (isSentences(found) ? [[field, found]] : [])),
      )
    : undefined;

/** Null when no answer of Docket's came at all. */
export const readErrorAnswer = (error: unknown): ErrorAnswer | null => {
  if (!isRecord(error) || !isRecord(error['data'])) return null;
  const { message, data } = error;
  const { code, httpStatus, requestId, fieldErrors, retryAfterSeconds } = data;
  if (typeof message !== 'string' || typeof code !== 'string' || typeof httpStatus !== 'number') return null;
  return {
    message,
    code,
    httpStatus,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    fieldErrors: readSentences(fieldErrors),
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  };
};

/** True when the same call may well succeed a little later: no answer, or the service says that it is not ready. */
export const isPassing = (error: unknown): boolean => {
  const answer = readErrorAnswer(error);
  return answer === null || answer.httpStatus === 503;
};

/** No finer than one would wait for it: seconds, from two minutes on minutes, from two hours on hours. */
const sayWait = (seconds: number): string => {
  if (seconds >= 7_200) return `in ${Math.ceil(seconds / 3_600)} hours`;
  if (seconds >= 120) return `in ${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? 'in 1 second' : `in ${seconds} seconds`;
};

/** What happened, what is safe and what to do, for a person. `isTextKept` says that what was typed is still on the page. */
export const describeError = (error: unknown, { isTextKept = false } = {}): string => {
  const answer = readErrorAnswer(error);
  const safe = isTextKept ? ' Your text is still here.' : '';
  if (answer === null) return `Docket cannot be reached.${safe} Check the connection and try again.`;
  if (answer.httpStatus === 429) {
    const wait = answer.retryAfterSeconds === undefined ? 'in a moment' : sayWait(Math.ceil(answer.retryAfterSeconds));
    return `That was too often.${safe} Try again ${wait}.`;
  }
  if (answer.httpStatus === 503) {
    return `Docket is not available right now. Nothing is lost.${safe} Try again shortly.`;
  }
  if (answer.httpStatus >= 500) {
    const reference = answer.requestId === undefined ? '' : ` (reference ${answer.requestId})`;
    return `Something went wrong in Docket.${safe} Try again${reference}.`;
  }
  const [fieldMessage] = Object.values(answer.fieldErrors ?? {}).flat();
  return fieldMessage ?? answer.message;
};

/** The first message of each field, for `fields` of a form; whatever else was refused is in `describeError`. */
export const readFieldErrors = (error: unknown): Readonly<Record<string, string>> => {
  const fieldErrors = readErrorAnswer(error)?.fieldErrors ?? {};
  return Object.fromEntries(
    Object.entries(fieldErrors).flatMap(([field, [message]]) => (message === undefined ? [] : [[field, message]])),
  );
};

/** The same shape from a schema, before anything is sent. */
export const readIssues = (error: z.ZodError): Readonly<Record<string, string>> =>
  Object.fromEntries(error.issues.toReversed().map((issue) => [String(issue.path[0] ?? ''), issue.message]));
