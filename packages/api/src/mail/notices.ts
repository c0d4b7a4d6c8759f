import { outbox } from '@docket/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';

/**
 * Has the notice of a change go out, or takes it back where its recipient had many of the kind lately. It is counted
 * only after the change: else calls that change nothing would use up what an owner has to be told.
 */
export const releaseNotice = async (
  ctx: Context,
  notice: { id: string; kind: 'password-changed' | 'email-changed'; recipient: string },
): Promise<void> => {
  const waitSeconds = await ctx.rateLimits.take('notice', `${ctx.digestEmail(notice.recipient)}|${notice.kind}`);
  if (waitSeconds !== null) await ctx.db.delete(outbox).where(eq(outbox.id, notice.id));
  ctx.notifyOutbox();
};
