import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

export type KeyPurpose = 'refresh-token' | 'password-reset' | 'email-change' | 'email-digest';

/**
 * 32 bytes that belong to one purpose, by HKDF-SHA256 (RFC 5869) without salt and with the purpose as `info`.
 * No key tells of another, nor of the secret.
 */
export const deriveKey = (secret: string, purpose: KeyPurpose): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));

export interface Mac {
  /** HMAC-SHA256 of the text or bytes, with the key of the current secret: 32 bytes. */
  sign(message: string | Buffer): Buffer;
  /** Whether `mac`, of 32 bytes, was made of the message by the current or the previous secret. */
  verify(message: string | Buffer, mac: Buffer): boolean;
}

export interface MacOptions {
  secret: string;
  previousSecret?: string | undefined;
}

/** Message authentication with a key of its own for each purpose. */
export const createMac = ({ secret, previousSecret }: MacOptions, purpose: KeyPurpose): Mac => {
  const current = deriveKey(secret, purpose);
  const keys = previousSecret === undefined ? [current] : [current, deriveKey(previousSecret, purpose)];
  const compute = (key: Buffer, message: string | Buffer): Buffer => createHmac('sha256', key).update(message).digest();

  return {
    sign: (message) => compute(current, message),
    verify: (message, mac) => keys.some((key) => timingSafeEqual(compute(key, message), mac)),
  };
};
