import { createMac } from './derived-keys.ts';

/**
 * Digests e-mail addresses for where they are to be recognised but not read: 43 characters of base64url, which nobody
 * can compute or try out without the secret. The same text has the same digest, so an address is normalised first.
 */
export const createEmailDigest = ({ secret }: { secret: string }): ((email: string) => string) => {
  const mac = createMac({ secret }, 'email-digest');
  return (email) => mac.sign(email).toString('base64url');
};
