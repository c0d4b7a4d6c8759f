export {
  ACCESS_TOKEN_TTL_SECONDS,
  type AccessTokens,
  createAccessTokens,
  InvalidTokenError,
  type TokenSubject,
} from './access-tokens.ts';
export { HashProcessError } from './hash-process.ts';
export { createPasswords, PasswordQueueFullError, type Passwords } from './passwords.ts';
