import type { TokenSubject } from '@docket/auth';
import { type Database, prepareOnce, sessions, users } from '@docket/db';
import type { Account } from '@docket/domain';
import { and, eq, lt, sql } from 'drizzle-orm';
import { expiryAfterUse, isLiveSessionOfUser } from './session-life.ts';

/** How exactly `lastUsedAt` is kept: a write for every call would cost more than the call. */
const USE_INTERVAL = sql`interval '5 minutes'`;

const statements = prepareOnce((db) => ({
  findUserAndSession: db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      timeZone: users.timeZone,
      createdAt: users.createdAt,
      tokensValidAfter: users.tokensValidAfter,
      liveSessionId: sessions.id,
      isUseOld: sql<boolean | null>`${sessions.lastUsedAt} < now() - ${USE_INTERVAL}`,
    })
    .from(users)
    .leftJoin(sessions, and(isLiveSessionOfUser, eq(sessions.id, sql.placeholder('sessionId'))))
    .where(eq(users.id, sql.placeholder('userId')))
    .prepare('find_user_and_session'),
}));

const noteUse = async (db: Database, userId: string, sessionId: string): Promise<void> => {
  await db
    .update(sessions)
    .set({ lastUsedAt: sql`now()`, expiresAt: expiryAfterUse })
    .where(
      and(
        eq(sessions.userId, userId),
        eq(sessions.id, sessionId),
        lt(sessions.lastUsedAt, sql`now() - ${USE_INTERVAL}`),
      ),
    );
};

/** The token's user, or null where the user is gone or the token was revoked. One statement, but for one in five minutes. */
export const findSignedInUser = async (db: Database, subject: TokenSubject): Promise<Account | null> => {
  const [row] = await statements(db).findUserAndSession.execute({
    userId: subject.userId,
    sessionId: subject.sessionId,
  });
  if (row === undefined) return null;
  const { tokensValidAfter, liveSessionId, isUseOld, ...user } = row;
  if (subject.sessionId === null) {
    const validAfterSeconds = tokensValidAfter === null ? -Infinity : Date.parse(tokensValidAfter) / 1000;
    return subject.issuedAtSeconds >= validAfterSeconds ? user : null;
  }
  if (liveSessionId === null) return null;
  if (isUseOld === true) await noteUse(db, user.id, liveSessionId);
  return user;
};
