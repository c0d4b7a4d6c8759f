import { sql } from 'drizzle-orm';
import type { Context } from './context.ts';

/** Whether the account was signed in to from this address, or in this browser, in the last weeks. */
export const isKnownDevice = async (ctx: Context, email: string): Promise<boolean> => {
  const shown = ctx.refreshToken === null ? null : ctx.refreshTokens.parse(ctx.refreshToken);
  const known = await ctx.db.execute(sql`
    select from users join sessions on sessions.user_id = users.id
    where users.email = ${email} and (sessions.address = ${ctx.address} or sessions.id = ${shown?.sessionId ?? null}::uuid)
    limit 1`);
  return known.length > 0;
};
