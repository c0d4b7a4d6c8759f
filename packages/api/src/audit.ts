import type { ACTIVITY_KINDS } from '@docket/domain';
import { type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Context } from './context.ts';

const USER_AGENT_MAX_CHARACTERS = 500;

/** What is stored of the device that calls. */
export const describeDevice = (ctx: Context): { userAgent: string | null; address: string | null } => ({
  userAgent: ctx.userAgent?.slice(0, USER_AGENT_MAX_CHARACTERS) ?? null,
  address: ctx.address,
});

/** An audit event; `userId` and the like are expressions of the statement that it is part of. */
interface AuditEvent {
  kind: (typeof ACTIVITY_KINDS)[number];
  userId: SQL;
  sessionId?: SQL;
  /** The address that was tried. */
  email?: string;
}

/** The `INSERT` of audit events, one for each row of `source`; for a statement's end or a `WITH` of it. */
export const recordEvents = (ctx: Context, event: AuditEvent, source: SQL): SQL => {
  const { userAgent, address } = describeDevice(ctx);
  const digest = event.email === undefined ? null : ctx.digestEmail(event.email);
  return sql`
    insert into audit_events (id, user_id, kind, session_id, email_digest, user_agent, address)
    select ${uuidv7()}::uuid, ${event.userId}, ${event.kind}, ${event.sessionId ?? sql`null::uuid`}, ${digest}::text,
      ${userAgent}::text, ${address}::text
    ${source}`;
};
