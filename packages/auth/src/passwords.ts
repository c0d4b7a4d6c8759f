import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createHashProcess } from './hash-process.ts';

const BCRYPT_MAX_BYTES = 72;
/** Salt and hash, in bcrypt's own base64. */
const BCRYPT_DIGITS = 53;
/** Marks a hash whose password was digested first, because bcrypt reads no more than 72 bytes. */
const DIGEST_SCHEME = 'hmac-sha384:';
/** Separates our digests from anybody else's; it need not be secret. */
const DIGEST_KEY = 'docket password';

const digest = (password: string): string => createHmac('sha384', DIGEST_KEY).update(password, 'utf8').digest('base64');

/** Every place for a hash is taken, or every one that a single caller can have. */
export class PasswordQueueFullError extends Error {
  override readonly name = 'PasswordQueueFullError';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('Too many passwords are waiting to be checked.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A place in the queue. Dispose of it (`using`) when the work is done. */
interface PasswordPlace extends Disposable {
  /** The bcrypt hash to store, with its scheme. The whole password counts, however long. */
  hash(password: string): Promise<string>;
  /** Whether the password belongs to the stored hash; `null` costs the same work and answers false. */
  verify(password: string, storedHash: string | null): Promise<boolean>;
  /** Whether `hash` would write another cost or bcrypt form now than this stored hash has (OWASP ASVS 5.0 11.4.2). */
  needsRehash(storedHash: string): boolean;
}

export interface Passwords {
  /**
   * Takes a place before anything else is asked, so that a flood costs neither database nor memory. The keys say whom it
   * is for, such as an account and an address: each can have a quarter of the places, so that nobody shuts out the rest.
   *
   * @throws {PasswordQueueFullError} where every place is taken, or every one of a key
   */
  reserve(keys: readonly string[]): PasswordPlace;
  close(): void;
}

export interface PasswordsOptions {
  /** bcrypt's work factor: 2^cost rounds (OWASP ASVS 5.0 11.4.2). */
  cost: number;
  /** How many passwords may be hashed or wait at the same time. */
  maxPlaces?: number | undefined;
}

/** Hashes and checks passwords in a process of their own, `maxPlaces` at a time at most. */
export const createPasswords = (options: PasswordsOptions): Passwords => {
  const concurrency = Math.min(availableParallelism(), 4);
  const maxPlaces = options.maxPlaces ?? concurrency * 16;
  const maxPlacesOfKey = Math.max(1, Math.floor(maxPlaces / 4));
  // Cheap hashes, as in tests, would wait for their turn longer than they take.
  const hashing = createHashProcess({ concurrency, isYielding: options.cost >= 10 });
  const takenPlaces = new Map<string, number>();
  let takenCount = 0;

  const take = (key: string, count: number): void => {
    const taken = (takenPlaces.get(key) ?? 0) + count;
    if (taken === 0) takenPlaces.delete(key);
    else takenPlaces.set(key, taken);
  };

  const bcryptPrefix = `$2b$${String(options.cost).padStart(2, '0')}$`;

  const hashSecret = async (secret: string): Promise<string> =>
    String(await hashing.run({ kind: 'hash', secret, cost: options.cost }));

  // A hash of no password that anybody knows; an unknown e-mail is checked against it, at the cost of a real check.
  const decoy = bcryptPrefix + randomBytes(40).toString('base64').replaceAll('+', '.').slice(0, BCRYPT_DIGITS);

  const work: Omit<PasswordPlace, typeof Symbol.dispose> = {
    async hash(password) {
      if (Buffer.byteLength(password) <= BCRYPT_MAX_BYTES) return await hashSecret(password);
      return DIGEST_SCHEME + (await hashSecret(digest(password)));
    },
    async verify(password, storedHash) {
      const stored = storedHash ?? decoy;
      const isDigested = stored.startsWith(DIGEST_SCHEME);
      // A long password against an undigested hash is wrong, but takes as long as any other.
      const secret = isDigested || Buffer.byteLength(password) > BCRYPT_MAX_BYTES ? digest(password) : password;
      const hash = isDigested ? stored.slice(DIGEST_SCHEME.length) : stored;
      return (await hashing.run({ kind: 'compare', secret, hash })) === true && storedHash !== null;
    },
    needsRehash: (storedHash) => !storedHash.replace(DIGEST_SCHEME, '').startsWith(bcryptPrefix),
  };

  return {
    reserve(keys) {
      if (takenCount >= maxPlaces || keys.some((key) => (takenPlaces.get(key) ?? 0) >= maxPlacesOfKey)) {
        throw new PasswordQueueFullError(5);
      }
      takenCount += 1;
      for (const key of keys) take(key, 1);
      let isTaken = true;
      return {
        ...work,
        [Symbol.dispose]() {
          if (!isTaken) return;
          isTaken = false;
          takenCount -= 1;
          for (const key of keys) take(key, -1);
        },
      };
    },
    close: () => hashing.close(),
  };
};
