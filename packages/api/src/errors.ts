import { HashProcessError } from '@docket/auth';
import { isDatabaseUnavailable } from '@docket/db';
import { TRPCError } from '@trpc/server';
import { z } from 'zod';

/** A refusal that passes by itself: try again after so many seconds. */
export class RetryLaterError extends TRPCError {
  readonly retryAfterSeconds: number;
  constructor(options: {
    code: 'TOO_MANY_REQUESTS' | 'SERVICE_UNAVAILABLE';
    message: string;
    retryAfterSeconds: number;
    cause?: unknown;
  }) {
    super(options);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A field that is well-formed and yet refused, such as a wrong current password. */
export class FieldError extends TRPCError {
  readonly field: string;
  constructor(field: string, message: string) {
    super({ code: 'BAD_REQUEST', message });
    this.field = field;
  }
}

/** What to answer where a failure is an outage, which signs nobody out; null where it is something else. */
export const readOutage = (cause: unknown): RetryLaterError | null =>
  isDatabaseUnavailable(cause) || cause instanceof HashProcessError
    ? new RetryLaterError({
        code: 'SERVICE_UNAVAILABLE',
        message: 'Docket cannot reach its database just now. What is stored is safe. Try again in a moment.',
        retryAfterSeconds: 2,
        cause,
      })
    : null;

/** The one answer to a token that is missing, malformed, forged, expired or revoked, or whose user is gone. */
export const createUnauthorizedError = (): TRPCError =>
  new TRPCError({ code: 'UNAUTHORIZED', message: 'You are not signed in, or no longer. Sign in and try again.' });

/** What a client may switch on. */
export interface ErrorFacts {
  code: TRPCError['code'];
  httpStatus: number;
  path: string | null;
  requestId: string | null;
  /** For each field that was refused, why; ten of them at most. */
  fieldErrors?: Record<string, string[]>;
  retryAfterSeconds?: number;
}

/** So a refusal stays below 4 kB, whatever was sent: a character of a name may take six bytes in JSON. */
const MAX_FAULTS = 10;
const MAX_NAME_CHARACTERS = 32;
const MAX_FAULT_CHARACTERS = 140;

const shorten = (text: string, maxCharacters: number): string =>
  text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;

/** Each field at fault and why; as many as are named, and no more, are looked at. */
function* listFaults(error: z.core.$ZodError): Generator<[field: string, message: string]> {
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) yield [key, 'This field is not known here.'];
    } else {
      yield [issue.path.join('.') || 'input', issue.message];
    }
  }
}

const listFieldErrors = (error: z.core.$ZodError): Record<string, string[]> => {
  // A map, because a field may be called `constructor`.
  const fieldErrors = new Map<string, string[]>();
  let left = MAX_FAULTS;
  for (const [name, message] of listFaults(error)) {
    if (left === 0) break;
    left -= 1;
    const field = shorten(name, MAX_NAME_CHARACTERS);
    fieldErrors.set(field, [...(fieldErrors.get(field) ?? []), shorten(message, MAX_FAULT_CHARACTERS)]);
  }
  return Object.fromEntries(fieldErrors);
};

/** The fields at fault where the input was refused, by its schema or by the procedure. */
export const readFieldErrors = (error: TRPCError): Record<string, string[]> | undefined => {
  if (error instanceof FieldError) return { [error.field]: [error.message] };
  return error.code === 'BAD_REQUEST' && error.cause instanceof z.core.$ZodError
    ? listFieldErrors(error.cause)
    : undefined;
};

/**
 * The sentence that leaves the process. A failed query's message holds SQL and parameters, so what is not ours says
 * no more than that something failed.
 */
export const describeError = (error: TRPCError): string => {
  if (error.code === 'INTERNAL_SERVER_ERROR') return 'Something failed on our side. Nothing was changed. Try again.';
  if (error.code === 'PAYLOAD_TOO_LARGE') return 'A request can have at most 128 KiB.';
  if (error.code === 'PARSE_ERROR' || error.cause instanceof SyntaxError) return 'The request is not valid JSON.';
  const fields = readFieldErrors(error);
  if (fields !== undefined) {
    const [first] = Object.values(fields).flat();
    return Object.keys(fields).length === 1 && first !== undefined ? first : 'Some fields need another look.';
  }
  return error.message;
};
