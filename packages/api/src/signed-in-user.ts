import type { TokenSubject } from '@docket/auth';
import { changeClock, type Database, prepareOnce, sessions, users } from '@docket/db';
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
  findRevision: db
    .select({
      tokensValidAfter: users.tokensValidAfter,
      liveSessionId: sessions.id,
      revision: changeClock.revision,
    })
    .from(users)
    .leftJoin(sessions, and(isLiveSessionOfUser, eq(sessions.id, sql.placeholder('sessionId'))))
    .leftJoin(changeClock, eq(changeClock.userId, users.id))
    .where(eq(users.id, sql.placeholder('userId')))
    .prepare('find_revision'),
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

/** Whether a verified token still speaks for its user, as the user's row has it. */
const isStillGood = (
  { sessionId, issuedAtSeconds }: TokenSubject,
  row: { tokensValidAfter: string | null; liveSessionId: string | null },
): boolean =>
  sessionId === null
    ? row.tokensValidAfter === null || issuedAtSeconds >= Date.parse(row.tokensValidAfter) / 1000
    : row.liveSessionId !== null;

/** The token's user, or null where the user is gone or the token was revoked. One statement, but for one in five minutes. */
export const findSignedInUser = async (db: Database, subject: TokenSubject): Promise<Account | null> => {
  const [row] = await statements(db).findUserAndSession.execute({
    userId: subject.userId,
    sessionId: subject.sessionId,
  });
  if (row === undefined || !isStillGood(subject, row)) return null;
  const { tokensValidAfter: _, liveSessionId, isUseOld, ...user } = row;
  if (liveSessionId !== null && isUseOld === true) await noteUse(db, user.id, liveSessionId);
  return user;
};

/**
 * The revision of the user's latest change, or null where the token, verified a while ago, is good no longer. It notes
 * no use of the session: that a window is open is none.
 */
export const readRevision = async (db: Database, subject: TokenSubject): Promise<number | null> => {
  const { userId, sessionId, expiresAtSeconds } = subject;
  const [row] = await statements(db).findRevision.execute({ userId, sessionId });
  if (row === undefined || !isStillGood(subject, row) || expiresAtSeconds * 1000 <= Date.now()) return null;
  return row.revision ?? 0;
};
