import { createMac, type MacOptions } from './derived-keys.ts';
import { formatUuid, readUuidBytes } from './uuid-bytes.ts';

/** PostgreSQL's largest integer. */
const MAX_COUNTER = 2 ** 31 - 1;

/**
 * Two ids, the counter, the HMAC. 32 bytes are 43 characters of base64url, of which the last carries only four bits,
 * so that one token has one spelling. No more than its 98 characters are ever looked at.
 */
const REFRESH_TOKEN = /^([\w-]{42}[AEIMQUYcgkosw048])\.(0|[1-9]\d{0,9})\.([\w-]{42}[AEIMQUYcgkosw048])$/;

/** Whose session a refresh token goes on with, and at which rotation it was made. */
export interface RefreshTokenSubject {
  userId: string;
  sessionId: string;
  /** 0 to 2^31 - 1 */
  counter: number;
}

export interface RefreshTokens {
  /** @throws {TypeError | RangeError} where an id is no UUID or the counter out of range */
  format(subject: RefreshTokenSubject): string;
  /** Null for whatever we did not make. Whether the session lives and the counter is current, the database knows. */
  parse(token: string): RefreshTokenSubject | null;
}

/**
 * Refresh tokens of the form `ids.counter.HMAC`, with a key of their own, so that none is good as another kind of token
 * (OWASP ASVS 5.0 9.2.2). A token of the previous secret is good, too.
 */
export const createRefreshTokens = (options: MacOptions): RefreshTokens => {
  const mac = createMac(options, 'refresh-token');

  return {
    format({ userId, sessionId, counter }) {
      if (!Number.isInteger(counter) || counter < 0 || counter > MAX_COUNTER)
        throw new RangeError('The counter is out of range.');
      const ids = Buffer.concat([readUuidBytes(userId), readUuidBytes(sessionId)]);
      const message = `${ids.toString('base64url')}.${counter}`;
      return `${message}.${mac.sign(message).toString('base64url')}`;
    },

    parse(token) {
      const [, spelledIds = '', digits = '', signature = ''] = REFRESH_TOKEN.exec(token) ?? [];
      if (signature === '' || !mac.verify(`${spelledIds}.${digits}`, Buffer.from(signature, 'base64url'))) return null;
      const ids = Buffer.from(spelledIds, 'base64url');
      const counter = Number(digits);
      if (counter > MAX_COUNTER) return null;
      return { userId: formatUuid(ids.subarray(0, 16)), sessionId: formatUuid(ids.subarray(16)), counter };
    },
  };
};
