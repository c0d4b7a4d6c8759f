export { readAddressKey } from './address-key.ts';
export { type AppRouter, appRouter, createCaller } from './app-router.ts';
export { type Context, createContext, type Dependencies, readBearerToken, type RequestFacts } from './context.ts';
export { type ErrorFacts, RetryLaterError } from './errors.ts';
export { purgeExpired } from './housekeeping.ts';
export { createLargeReads } from './large-reads.ts';
export type { Mail } from './mail/compose-mail.ts';
export { createOutbox, type Outbox, type WaitingMail } from './mail/outbox.ts';
export type { ProcedureMeta } from './procedure-meta.ts';
export { procedures } from './procedures.ts';
export {
  DEFAULT_RATE_LIMITS,
  type RateLimit,
  type RateLimitName,
  type RateLimitSettings,
  readRateLimits,
} from './rate-limit-settings.ts';
export { createRateLimits, type RateLimits } from './rate-limits.ts';
export { DEFAULT_QUOTAS, type Quotas, readQuotas } from './quotas.ts';
export { SettingsError } from './settings-list.ts';
export { NEXT_REVISION, takeRevision } from './task-rows.ts';
