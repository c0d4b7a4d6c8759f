import { z } from 'zod';
import { Account } from './account.ts';
import { Session } from './session.ts';
import { Task } from './task.ts';
import { Instant } from './text.ts';

export const ACTIVITY_KINDS = [
  'signed-up',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'session-revoked',
  'other-sessions-revoked',
  'refresh-replayed',
  'password-changed',
  'password-check-failed',
  'password-reset-requested',
  'password-reset',
  'email-change-requested',
  'email-changed',
  'data-exported',
] as const;

/** Something that happened to an account's safety. */
export const ActivityEvent = z.object({
  id: z.string().meta({ format: 'uuid' }),
  kind: z.enum(ACTIVITY_KINDS),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  createdAt: Instant,
});
export type ActivityEvent = z.infer<typeof ActivityEvent>;

/** The latest hundred of the last 90 days, the newest first. */
export const ListActivityOutput = z.array(ActivityEvent);
export type ListActivityOutput = z.infer<typeof ListActivityOutput>;

/** All that Docket keeps of a person, but for the password's hash. */
export const AccountExport = z.object({
  exportedAt: Instant,
  account: Account,
  sessions: z.array(Session),
  activity: z.array(ActivityEvent),
  tasks: z.array(Task),
});
export type AccountExport = z.infer<typeof AccountExport>;
