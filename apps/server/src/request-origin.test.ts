import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isReachedByHttps } from './request-origin.ts';

const ORIGIN = 'https://docket.example';

const write = (headers: Record<string, string>): IncomingMessage => {
  const request = new IncomingMessage(new Socket());
  for (const [name, value] of Object.entries({ host: 'docket.example', ...headers })) {
    request.headers[name] = value;
    request.headersDistinct[name] = [value];
  }
  return request;
};

const isHttps = (headers: Record<string, string>, edge: { publicUrl?: string; isTrusted?: boolean } = {}): boolean =>
  isReachedByHttps(write(headers), {
    isTrustedProxy: () => edge.isTrusted ?? true,
    publicUrl: edge.publicUrl,
    corsOrigins: [],
  });

describe('isReachedByHttps', () => {
  test.each([
    ['https', true],
    ['HTTPS', true],
    [' https ', true],
    ['https,https', true],
    ['https, http', true],
    ['http', false],
    ['http, https', false],
    ['', false],
    ['httpsx', false],
  ])('takes the first element of X-Forwarded-Proto %j from a trusted proxy', (protocol, expected) => {
    expect(isHttps({ 'x-forwarded-proto': protocol })).toBe(expected);
    expect(isHttps({ 'x-forwarded-proto': protocol }, { isTrusted: false })).toBe(false);
  });

  test.each(['http', 'https, http', 'http, http', 'HTTP', ''])(
    'lets X-Forwarded-Proto %j take back nothing of what PUBLIC_URL or a page of ours says',
    (protocol) => {
      const headers = { 'x-forwarded-proto': protocol };
      expect(isHttps(headers, { publicUrl: ORIGIN })).toBe(true);
      expect(isHttps({ ...headers, origin: ORIGIN }, { publicUrl: ORIGIN })).toBe(true);
      expect(isHttps({ ...headers, origin: ORIGIN })).toBe(true);
      expect(isHttps({ ...headers, origin: ORIGIN, 'sec-fetch-site': 'same-origin' })).toBe(true);
    },
  );

  test('believes no page of another origin', () => {
    expect(isHttps({ origin: 'https://evil.example' })).toBe(false);
    expect(isHttps({ origin: ORIGIN, 'sec-fetch-site': 'cross-site' })).toBe(false);
    expect(isHttps({ origin: 'http://docket.example' })).toBe(false);
    expect(isHttps({})).toBe(false);
  });
});
