import { createHmac, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createHashProcess } from './hash-process.ts';

const BCRYPT_MAX_BYTES = 72;
/** Marks a hash whose password was digested first, because bcrypt reads no more than 72 bytes. */
const DIGEST_SCHEME = 'hmac-sha384:';
/** Separates our digests from anybody else's; it need not be secret. */
const DIGEST_KEY = 'docket password';

const digest = (password: string): string => createHmac('sha384', DIGEST_KEY).update(password, 'utf8').digest('base64');

/** Every place for a hash is taken. */
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
   * Takes a place before anything else is asked, so that a flood costs neither database nor memory.
   *
   * @throws {PasswordQueueFullError} where every place is taken
   */
  reserve(): PasswordPlace;
  close(): void;
}

export interface PasswordsOptions {
  /** bcrypt's work factor: 2^cost rounds (OWASP ASVS 5.0 11.4.2). */
  cost: number;
  /** How many passwords may be hashed or wait at the same time. */
  maxPlaces?: number;
}

/** Hashes and checks passwords in a process of their own, `maxPlaces` at a time at most. */
export const createPasswords = (options: PasswordsOptions): Passwords => {
  const concurrency = Math.min(availableParallelism(), 4);
  const maxPlaces = options.maxPlaces ?? concurrency * 16;
  const hashing = createHashProcess({ concurrency });
  let takenPlaces = 0;

  const bcryptPrefix = `$2b$${String(options.cost).padStart(2, '0')}$`;

  const hashSecret = async (secret: string): Promise<string> =>
    String(await hashing.run({ kind: 'hash', secret, cost: options.cost }));

  // Nobody knows this password; an unknown e-mail is checked against it, at the cost of a real check.
  let decoy: Promise<string> | undefined;
  const getDecoy = (): Promise<string> => {
    decoy ??= hashSecret(randomUUID());
    decoy.catch(() => (decoy = undefined));
    return decoy;
  };
  void getDecoy().catch(() => {});

  const work: Omit<PasswordPlace, typeof Symbol.dispose> = {
    async hash(password) {
      if (Buffer.byteLength(password) <= BCRYPT_MAX_BYTES) return await hashSecret(password);
      return DIGEST_SCHEME + (await hashSecret(digest(password)));
    },
    async verify(password, storedHash) {
      const stored = storedHash ?? (await getDecoy());
      const isDigested = stored.startsWith(DIGEST_SCHEME);
      // A long password against an undigested hash is wrong, but takes as long as any other.
      const secret = isDigested || Buffer.byteLength(password) > BCRYPT_MAX_BYTES ? digest(password) : password;
      const hash = isDigested ? stored.slice(DIGEST_SCHEME.length) : stored;
      return (await hashing.run({ kind: 'compare', secret, hash })) === true && storedHash !== null;
    },
    needsRehash: (storedHash) => !storedHash.replace(DIGEST_SCHEME, '').startsWith(bcryptPrefix),
  };

  return {
    reserve() {
      if (takenPlaces >= maxPlaces) throw new PasswordQueueFullError(5);
      takenPlaces += 1;
      let isTaken = true;
      return {
        ...work,
        [Symbol.dispose]() {
          if (isTaken) takenPlaces -= 1;
          isTaken = false;
        },
      };
    },
    close: () => hashing.close(),
  };
};
