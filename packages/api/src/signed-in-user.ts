import type { TokenSubject } from '@docket/auth';
import { type Database, prepareOnce, sessions, users } from '@docket/db';
import type { Account } from '@docket/domain';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';

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
    })
    .from(users)
    .leftJoin(
      sessions,
      and(
        eq(sessions.userId, users.id),
        eq(sessions.id, sql.placeholder('sessionId')),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql`now()`),
      ),
    )
    .where(eq(users.id, sql.placeholder('userId')))
    .prepare('find_user_and_session'),
}));

/** The token's user, or null where the user is gone or the token was revoked. One statement. */
export const findSignedInUser = async (db: Database, subject: TokenSubject): Promise<Account | null> => {
  const [row] = await statements(db).findUserAndSession.execute({
    userId: subject.userId,
    sessionId: subject.sessionId,
  });
  if (row === undefined) return null;
  const { tokensValidAfter, liveSessionId, ...user } = row;
  if (subject.sessionId !== null) return liveSessionId === null ? null : user;
  const validAfterSeconds = tokensValidAfter === null ? -Infinity : Date.parse(tokensValidAfter) / 1000;
  return subject.issuedAtSeconds >= validAfterSeconds ? user : null;
};
