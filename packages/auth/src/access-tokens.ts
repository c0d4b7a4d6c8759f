import { createHash, randomUUID, type webcrypto } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

export const ACCESS_TOKEN_TTL_SECONDS = 7 * 24 * 60 * 60;
/** How far another service's clock may be ahead of ours. */
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_TOKEN_CHARACTERS = 4096;
/** How many verified tokens are remembered: some megabytes at most. */
const MAX_REMEMBERED = 2_000;

/**
 * Canonical base64url that does not begin with a byte order mark: bits that belong to no byte are zero, and what a
 * decoder would leave out is not there. So one token has one spelling.
 */
const SEGMENT = '(?!77u_)(?:[\\w-]{4})*(?:[\\w-]{2}[AEIMQUYcgkosw048]|[\\w-][AQgw])?';

/** Header, payload and the 32 bytes of an HS256 signature. */
const COMPACT_JWS = new RegExp(`^${SEGMENT}\\.${SEGMENT}\\.[\\w-]{42}[AEIMQUYcgkosw048]$`);

const VERIFICATION = { algorithms: ['HS256'], requiredClaims: ['sub', 'email', 'exp'] };

const Claims = z.object({
  sub: z.uuid(),
  email: z.string(),
  exp: z.int(),
  iat: z.int().nonnegative().optional(),
  sid: z.uuid().optional(),
});

/** The token is malformed, forged, expired or not for us; which of them is nobody's business. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
}

type Claims = z.infer<typeof Claims>;

const refuse = (cause: unknown): never => {
  throw new InvalidTokenError(undefined, { cause });
};

const readClaims = (payload: unknown): Claims => {
  const claims = Claims.safeParse(payload);
  return claims.success ? claims.data : refuse(claims.error);
};

const checkTimes = ({ exp, iat }: Claims): void => {
  const now = Math.floor(Date.now() / 1000);
  const latest = now + CLOCK_TOLERANCE_SECONDS;
  if (exp <= now || exp > latest + ACCESS_TOKEN_TTL_SECONDS) throw new InvalidTokenError();
  if (iat !== undefined && (iat > latest || iat > exp)) throw new InvalidTokenError();
};

/** Whom a verified token speaks for. */
export interface TokenSubject {
  userId: string;
  /** The session that the token belongs to; null in a token that another service signed with our key. */
  sessionId: string | null;
  /** Seconds since 1970, as in `iat`. */
  issuedAtSeconds: number;
  /** Seconds since 1970, as in `exp`. */
  expiresAtSeconds: number;
}

export interface AccessTokens {
  /** A token of seven days. */
  sign(subject: { userId: string; email: string; sessionId: string }): Promise<string>;
  /** @throws {InvalidTokenError} for every reason alike */
  verify(token: string): Promise<TokenSubject>;
}

interface SigningKey {
  kid: string;
  key: webcrypto.CryptoKey;
}

const importKey = async (secret: string): Promise<SigningKey> => {
  const bytes = new TextEncoder().encode(secret);
  return {
    kid: createHash('sha256').update('docket kid').update(bytes).digest('base64url').slice(0, 8),
    // jose takes the bytes as they are, too, but imports them anew for every token.
    key: await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']),
  };
};

/**
 * Signs and verifies HS256 tokens (RFC 7519, RFC 8725): one algorithm, no token without an end, none that ends
 * later than seven days from now. A token of the previous secret stays good until it ends.
 */
export const createAccessTokens = async (options: {
  secret: string;
  previousSecret?: string | undefined;
}): Promise<AccessTokens> => {
  const current = await importKey(options.secret);
  const keys = [current];
  if (options.previousSecret !== undefined) keys.push(await importKey(options.previousSecret));

  const verifySignature = async (token: string): Promise<JWTPayload | undefined> => {
    const { kid } = decodeProtectedHeader(token);
    // Another service may name no key; then each may have signed.
    for (const candidate of keys.filter((key) => kid === undefined || key.kid === kid)) {
      try {
        return (await jwtVerify(token, candidate.key, VERIFICATION)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    return undefined;
  };

  const readVerified = async (token: string): Promise<Claims> => {
    if (token.length > MAX_TOKEN_CHARACTERS || !COMPACT_JWS.test(token)) throw new InvalidTokenError();
    return readClaims(await verifySignature(token).catch(refuse));
  };

  // Whether a signature is good never changes, so each token is verified once; its times are checked at every call.
  const remembered = new Map<string, Claims>();
  const remember = (token: string, claims: Claims): void => {
    const [oldest] = remembered.keys();
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.set(token, claims);
  };

  return {
    sign: ({ userId, email, sessionId }) => {
      const issuedAt = Math.floor(Date.now() / 1000);
      return new SignJWT({ email, sid: sessionId })
        .setProtectedHeader({ alg: 'HS256', kid: current.kid, typ: 'JWT' })
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_TTL_SECONDS)
        .sign(current.key);
    },

    async verify(token) {
      const known = remembered.get(token);
      const claims = known ?? (await readVerified(token));
      checkTimes(claims);
      if (known === undefined) remember(token, claims);
      return {
        userId: claims.sub,
        sessionId: claims.sid ?? null,
        issuedAtSeconds: claims.iat ?? claims.exp - ACCESS_TOKEN_TTL_SECONDS,
        expiresAtSeconds: claims.exp,
      };
    },
  };
};
