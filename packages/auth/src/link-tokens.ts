import { createMac, type MacOptions } from './derived-keys.ts';
import { formatUuid, readUuidBytes } from './uuid-bytes.ts';

/** 64 bytes of base64url, the last character of which carries only two bits, so that one token has one spelling. */
const LINK_TOKEN = /^[\w-]{85}[AQgw]$/;

export type LinkPurpose = 'password-reset' | 'email-change';

/** The stored link that a token stands for. */
export interface LinkTokenSubject {
  userId: string;
  linkId: string;
}

export interface LinkTokens {
  /** @throws {TypeError} where an id is no UUID */
  format(subject: LinkTokenSubject & { purpose: LinkPurpose }): string;
  /** Null for whatever we did not make for this purpose. Whether the link is unused and in time, the database knows. */
  parse(purpose: LinkPurpose, token: string): LinkTokenSubject | null;
}

/**
 * Tokens for the links in mails: two ids and their HMAC, with a key for each purpose, so that none is good for another
 * (OWASP ASVS 5.0 9.2.2). A token of the previous secret is good, too.
 */
export const createLinkTokens = (options: MacOptions): LinkTokens => {
  const macs = {
    'password-reset': createMac(options, 'password-reset'),
    'email-change': createMac(options, 'email-change'),
  };

  return {
    format({ purpose, userId, linkId }) {
      const ids = Buffer.concat([readUuidBytes(userId), readUuidBytes(linkId)]);
      return Buffer.concat([ids, macs[purpose].sign(ids)]).toString('base64url');
    },

    parse(purpose, token) {
      if (!LINK_TOKEN.test(token)) return null;
      const bytes = Buffer.from(token, 'base64url');
      const ids = bytes.subarray(0, 32);
      if (!macs[purpose].verify(ids, bytes.subarray(32))) return null;
      return { userId: formatUuid(ids.subarray(0, 16)), linkId: formatUuid(ids.subarray(16)) };
    },
  };
};
