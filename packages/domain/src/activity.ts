import { z } from 'zod';
import { Account } from './account.ts';
import { Session } from './session.ts';
import { Task } from './task.ts';
import { Id, Instant } from './text.ts';

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

/** Of each kind the latest twenty of the last 90 days, the newest first: no flood of one kind hides another. */
export const ListActivityOutput = z.array(ActivityEvent);
export type ListActivityOutput = z.infer<typeof ListActivityOutput>;

export const ExportInput = z.strictObject({
  /** The `next` of the page before; opaque to callers. */
  cursor: Id.optional(),
});
export type ExportInput = z.input<typeof ExportInput>;

/**
 * A page of all that Docket keeps of a person, but for the password's hash. Sessions and activity are on the first page; while
 * `next` is not null, more tasks follow.
 */
export const AccountExport = z.object({
  exportedAt: Instant,
  account: Account,
  sessions: z.array(Session),
  activity: z.array(ActivityEvent),
  tasks: z.array(Task),
  next: z.string().nullable(),
});
export type AccountExport = z.infer<typeof AccountExport>;
