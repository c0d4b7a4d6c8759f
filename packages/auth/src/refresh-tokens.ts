import { createMac, type MacOptions } from './derived-keys.ts';
import { formatUuid, readUuidBytes } from './uuid-bytes.ts';

/** PostgreSQL's largest integer. */
const MAX_COUNTER = 2 ** 31 - 1;

/**
 * Two ids, the counter, the parent's, the HMAC. 32 bytes are 43 characters of base64url, of which the last carries only
 * four bits, so that one token has one spelling. No more than its 109 characters are ever looked at. Without a parent it
 * is of a release that made each token of the one before.
 */
const REFRESH_TOKEN =
  /^(([\w-]{42}[AEIMQUYcgkosw048])\.(0|[1-9]\d{0,9})(?:\.(0|[1-9]\d{0,9}))?)\.([\w-]{42}[AEIMQUYcgkosw048])$/;

/** Whose session a refresh token goes on with, which one of the session's it is, and from which it was made. */
export interface RefreshTokenSubject {
  userId: string;
  sessionId: string;
  /** 0 to 2^31 - 1, as the parent's. */
  counter: number;
  /** The counter of the token that was exchanged for it; 0 for the first. */
  parent: number;
}

const isCounter = (count: number): boolean => Number.isInteger(count) && count >= 0 && count <= MAX_COUNTER;

export interface RefreshTokens {
  /** @throws {TypeError | RangeError} where an id is no UUID or a counter out of range */
  format(subject: RefreshTokenSubject): string;
  /** Null for whatever we did not make. Whether the session lives and the counter is current, the database knows. */
  parse(token: string): RefreshTokenSubject | null;
}

/**
 * Refresh tokens of the form `ids.counter.parent.HMAC`, with a key of their own, so that none is good as another kind of token
 * (OWASP ASVS 5.0 9.2.2). A token of the previous secret is good, too.
 */
export const createRefreshTokens = (options: MacOptions): RefreshTokens => {
  const mac = createMac(options, 'refresh-token');

  return {
    format({ userId, sessionId, counter, parent }) {
      if (!isCounter(counter) || !isCounter(parent)) throw new RangeError('The counter is out of range.');
      const ids = Buffer.concat([readUuidBytes(userId), readUuidBytes(sessionId)]);
      const message = `${ids.toString('base64url')}.${counter}.${parent}`;
      return `${message}.${mac.sign(message).toString('base64url')}`;
    },

    parse(token) {
      const [, message = '', spelledIds = '', digits = '', parentDigits, signature = ''] =
        REFRESH_TOKEN.exec(token) ?? [];
      if (signature === '' || !mac.verify(message, Buffer.from(signature, 'base64url'))) return null;
      const ids = Buffer.from(spelledIds, 'base64url');
      const counter = Number(digits);
      const parent = parentDigits === undefined ? Math.max(counter - 1, 0) : Number(parentDigits);
      if (!isCounter(counter) || !isCounter(parent)) return null;
      return { userId: formatUuid(ids.subarray(0, 16)), sessionId: formatUuid(ids.subarray(16)), counter, parent };
    },
  };
};
