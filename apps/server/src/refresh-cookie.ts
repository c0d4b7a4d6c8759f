import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

/** As long as a session can be refreshed without being used. */
const MAX_AGE_SECONDS = 14 * 24 * 60 * 60;

/** Browsers keep `__Host-` only from https, and only for this very host (RFC 6265bis 4.1.3.2). */
const chooseName = (isHttps: boolean): string => (isHttps ? '__Host-docket-refresh' : 'docket-refresh');

/**
 * The refresh token that the browser sent along, or null. Two cookies of the name count as none: on plain http another
 * port of the host may have set the second, and nothing tells which is ours (RFC 6265 8.5).
 */
export const readRefreshCookie = ({ headers }: IncomingMessage, isHttps: boolean): string | null => {
  const { cookie: header = '' } = headers;
  const name = chooseName(isHttps);
  const shown = header.split(';').filter((pair) => pair.split('=', 1)[0]?.trim() === name);
  return shown.length === 1 ? (parseCookie(header)[name] ?? null) : null;
};

/** Has the browser keep the token where no script can read it, or forget it (OWASP ASVS 5.0 3.3.1, 3.3.2, 3.3.4). */
export const writeRefreshCookie = (response: ServerResponse, isHttps: boolean, token: string | null): void => {
  response.setHeader(
    'set-cookie',
    stringifySetCookie({
      name: chooseName(isHttps),
      value: token ?? '',
      httpOnly: true,
      secure: isHttps,
      sameSite: 'strict',
      path: '/',
      maxAge: token === null ? 0 : MAX_AGE_SECONDS,
    }),
  );
};
