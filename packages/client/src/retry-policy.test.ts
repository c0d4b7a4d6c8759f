import { describe, expect, it } from 'vitest';
import { DocketError } from './docket-error.ts';
import { computeDelayMilliseconds, isRetryable, isWorthWaiting } from './retry-policy.ts';

const fail = (failure: Partial<ConstructorParameters<typeof DocketError>[0]>) =>
  new DocketError({ code: 'INTERNAL_SERVER_ERROR', message: 'It failed.', path: 'tasks.list', ...failure });
const query = { type: 'query', path: 'tasks.list' };
const mutation = (path: string) => ({ type: 'mutation', path });

describe('isRetryable', () => {
  const passing = [
    fail({ code: 'NETWORK_ERROR' }),
    fail({ code: 'TIMEOUT' }),
    fail({ code: 'INVALID_RESPONSE', httpStatus: 502 }),
    fail({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503, retryAfterSeconds: 2 }),
    fail({ code: 'GATEWAY_TIMEOUT', httpStatus: 504 }),
  ];
  it.each(passing)('sends queries, creates and updates again after $code $httpStatus', (error) => {
    expect(isRetryable(query, error)).toBe(true);
    for (const path of ['tasks.create', 'tasks.update', 'tasks.restore', 'account.update', 'auth.checkResetLink']) {
      expect(isRetryable(mutation(path), error)).toBe(true);
    }
  });

  it.each(passing)('sends no other mutation again after $code $httpStatus', (error) => {
    const paths = [
      'tasks.delete',
      'tasks.of-tomorrow',
      'auth.signup',
      'auth.login',
      'auth.logout',
      'auth.refresh',
      'auth.endCookieSession',
      'auth.changePassword',
      'auth.requestPasswordReset',
      'auth.resetPassword',
      'auth.sessions.revoke',
      'auth.sessions.revokeOthers',
      'account.changeEmail',
      'account.confirmEmail',
      'account.delete',
    ];
    for (const path of paths) expect(isRetryable(mutation(path), error)).toBe(false);
  });

  it('sends everything again after 429, because nothing was carried out', () => {
    const error = fail({ code: 'TOO_MANY_REQUESTS', httpStatus: 429, retryAfterSeconds: 30 });
    for (const call of [query, mutation('tasks.delete'), mutation('auth.login')]) {
      expect(isRetryable(call, error)).toBe(true);
    }
  });

  it('gives up at once when asked to wait for longer than half a minute', () => {
    const error = fail({ code: 'TOO_MANY_REQUESTS', httpStatus: 429, retryAfterSeconds: 31 });
    expect(isRetryable(query, error)).toBe(false);
  });

  it.each([
    fail({ code: 'ABORTED' }),
    fail({ code: 'TOKEN_UNAVAILABLE' }),
    fail({ code: 'INVALID_RESPONSE', httpStatus: 200 }),
    fail({ code: 'UNAUTHORIZED', httpStatus: 401 }),
    fail({ code: 'CONFLICT', httpStatus: 409 }),
    fail({ code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 }),
  ])('sends nothing again after $code $httpStatus', (error) => {
    expect(isRetryable(query, error)).toBe(false);
  });
});

describe('isWorthWaiting', () => {
  it.each([
    [true, fail({ code: 'NETWORK_ERROR' })],
    [true, fail({ code: 'TIMEOUT' })],
    [true, fail({ code: 'INVALID_RESPONSE', httpStatus: 502 })],
    [true, fail({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503 })],
    [true, fail({ code: 'TOO_MANY_REQUESTS', httpStatus: 429, retryAfterSeconds: 60 })],
    [false, fail({ code: 'UNAUTHORIZED', httpStatus: 401 })],
    [false, fail({ code: 'BAD_REQUEST', httpStatus: 400 })],
    [false, fail({ code: 'INVALID_RESPONSE', httpStatus: 200 })],
    [false, fail({ code: 'TOKEN_UNAVAILABLE' })],
  ])('is %s after %s', (expected, error) => {
    expect(isWorthWaiting(error)).toBe(expected);
  });
});

describe('computeDelayMilliseconds', () => {
  it('doubles, and spreads each wait over its upper half', () => {
    expect([0, 1, 2, 3].map((retry) => computeDelayMilliseconds(retry, 0, 1))).toEqual([200, 400, 800, 1600]);
    expect([0, 1, 2, 3].map((retry) => computeDelayMilliseconds(retry, 0, 0))).toEqual([100, 200, 400, 800]);
  });

  it('stops growing at ten seconds', () => {
    expect(computeDelayMilliseconds(2_000, 0, 1)).toBe(10_000);
  });

  it('is never shorter than what the server asked for', () => {
    expect(computeDelayMilliseconds(0, 7, 0)).toBe(7000);
    expect(computeDelayMilliseconds(0, 7, 1)).toBe(7200);
  });
});
