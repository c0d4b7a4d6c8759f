import { TRPCClientError } from '@trpc/client';
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server';
import type { DocketErrorShape, DocketRouter } from './docket-router.ts';

/**
 * What went wrong. The server's own codes, and where it did not get to say one:
 * - `NETWORK_ERROR`: no connection, or one that broke; the call may have been carried out;
 * - `TIMEOUT`: the last try took longer than `timeoutSeconds`; the call may have been carried out;
 * - `ABORTED`: the caller's own signal ended the call;
 * - `INVALID_RESPONSE`: something answered, but not as Docket does (a proxy's page, a redirect);
 * - `TOKEN_UNAVAILABLE`: `token` threw, or gave what cannot be a bearer token; nothing was sent.
 */
export type DocketErrorCode =
  | TRPC_ERROR_CODE_KEY
  | 'NETWORK_ERROR'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'INVALID_RESPONSE'
  | 'TOKEN_UNAVAILABLE';

/**
 * Every failure of a call. Switch on `code`; `message` is for people. It is a TRPCClientError too, because that is the
 * one class which tRPC's client hands on as it is.
 */
export class DocketError extends TRPCClientError<DocketRouter> {
  override readonly name = 'DocketError';
  readonly code: DocketErrorCode;
  /** The procedure that was called: `tasks.create`. */
  readonly path: string;
  /** Of the response; undefined where none came. */
  readonly httpStatus: number | undefined;
  /** What to quote to those who run the server. */
  readonly requestId: string | undefined;
  /** For each field that was refused, why. */
  readonly fieldErrors: Record<string, string[]> | undefined;
  /** How long the server asked to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(options: {
    code: DocketErrorCode;
    message: string;
    path: string;
    httpStatus?: number;
    retryAfterSeconds?: number | undefined;
    shape?: DocketErrorShape;
    cause?: unknown;
  }) {
    const { shape, cause } = options;
    super(options.message, {
      ...(shape === undefined ? {} : { result: { error: shape } }),
      ...(cause instanceof Error ? { cause } : {}),
    });
    // TRPCClientError's constructor makes every instance its own.
    Object.setPrototypeOf(this, new.target.prototype);
    this.code = options.code;
    this.path = options.path;
    this.httpStatus = options.httpStatus;
    this.requestId = shape?.data.requestId ?? undefined;
    this.fieldErrors = shape?.data.fieldErrors;
    this.retryAfterSeconds = options.retryAfterSeconds ?? shape?.data.retryAfterSeconds;
  }
}
