const MIN_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 10;
/** An example stays one with a few other characters in or around it. */
const MIN_DISTINCT_OWN_CHARACTERS = 8;

/** From FastAPI's manual, a much copied Spring tutorial and a keyboard: good keys but for everybody having them. */
const PUBLISHED = new Set([
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970',
  'qwertyuiopasdfghjklzxcvbnm123456',
]);

/** What the secrets in examples are put together from, jwt.io's among them, and a command that no shell has run. */
const EXAMPLE_WORDS = `
  abcdef abcdefghijklmnopqrstuvwxyz 1234567890 256 32 512 64
  access and api app application at auth authentication base64 be before bit bits bytes change changeme characters
  console crypto default dev development docket example for generated here hex hmac hs256 in insecure insert is it
  jwt keep key least local log long make me min minimum more must my node not of only openssl or padding password
  placeholder please private production rand random refresh replace require safe secret secure session set sha should
  sign signature signing some string strong super test that the this to token tostring url use using value very with
  your`;
const EXAMPLE_WORD = new RegExp(
  EXAMPLE_WORDS.trim()
    .split(/\s+/)
    .toSorted((one, other) => other.length - one.length)
    .join('|'),
  'g',
);
const SEPARATOR = /[-_\s.,:;!'"()$<>]/g;

const countDistinct = (text: string): number => new Set(text).size;

/** Whether the secret is one pattern over and over; one of 32 characters and more may be as long as it wants. */
const isPatternRepeated = (secret: string): boolean => {
  const longest = Math.min(MIN_BYTES - 1, Math.floor(secret.length / 2));
  return Array.from({ length: longest }, (_, index) => index + 1).some((length) =>
    secret.startsWith(secret.slice(length)),
  );
};

const isExample = (secret: string): boolean => {
  const written = secret.toLowerCase();
  if (PUBLISHED.has(written)) return true;
  const own = written.replaceAll(EXAMPLE_WORD, '').replaceAll(SEPARATOR, '');
  return countDistinct(own) < MIN_DISTINCT_OWN_CHARACTERS;
};

/**
 * Why a signing secret is too weak, as the rest of a sentence that begins with its name, and never with the secret in
 * it; null for a good one. HS256 asks for 32 bytes (RFC 7518 3.2), and they are to be hard to guess (RFC 8725 3.5).
 */
export const findSecretFault = (secret: string): string | null => {
  if (Buffer.byteLength(secret) < MIN_BYTES) return `has fewer than ${MIN_BYTES} bytes`;
  if (countDistinct(secret) < MIN_DISTINCT_CHARACTERS || isPatternRepeated(secret)) return 'repeats too few characters';
  return isExample(secret) ? 'is a well-known example' : null;
};
