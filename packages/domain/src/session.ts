import { z } from 'zod';
import { Id, Instant } from './text.ts';

/** A browser or a service that is signed in. */
export const Session = z.object({
  id: z.string().meta({ format: 'uuid' }),
  /** Whether it is the one that asks. */
  current: z.boolean(),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  createdAt: Instant,
  /** To within five minutes. */
  lastUsedAt: Instant,
});
export type Session = z.infer<typeof Session>;

/** The one last used first. */
export const ListSessionsOutput = z.array(Session);
export type ListSessionsOutput = z.infer<typeof ListSessionsOutput>;

export const SessionIdInput = z.strictObject({ id: Id });
export type SessionIdInput = z.infer<typeof SessionIdInput>;

export const RevokeSessionOutput = z.object({ id: Id });
export type RevokeSessionOutput = z.infer<typeof RevokeSessionOutput>;

/** How many sessions ended. */
export const RevokeOtherSessionsOutput = z.object({ revoked: z.int() });
export type RevokeOtherSessionsOutput = z.infer<typeof RevokeOtherSessionsOutput>;
