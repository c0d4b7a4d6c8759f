export {
  ACCESS_TOKEN_TTL_SECONDS,
  type AccessTokens,
  createAccessTokens,
  InvalidTokenError,
  type TokenSubject,
} from './access-tokens.ts';
export { createEmailDigest } from './email-digest.ts';
export { HashProcessError } from './hash-process.ts';
export { createLinkTokens, type LinkPurpose, type LinkTokens, type LinkTokenSubject } from './link-tokens.ts';
export { createPasswordRules, type PasswordRules } from './password-rules.ts';
export { createPasswords, PasswordQueueFullError, type Passwords } from './passwords.ts';
export { createRefreshTokens, type RefreshTokens, type RefreshTokenSubject } from './refresh-tokens.ts';
export { findSecretFault } from './secrets.ts';
