import { type Database, prepareOnce, sessions, users } from '@docket/db';
import type { Session } from '@docket/domain';
import { desc, eq, sql } from 'drizzle-orm';
import { isLiveSessionOfUser } from './session-life.ts';

const statements = prepareOnce((db) => ({
  list: db
    .select({
      id: sessions.id,
      current: sql<boolean>`coalesce(${sessions.id} = ${sql.placeholder('sessionId')}::uuid, false)`,
      userAgent: sessions.userAgent,
      address: sessions.address,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
    })
    .from(users)
    .innerJoin(sessions, isLiveSessionOfUser)
    .where(eq(users.id, sql.placeholder('userId')))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    .prepare('list_sessions'),
}));

/** Where a user is signed in, the session last used first. */
export const listLiveSessions = (
  db: Database,
  caller: { userId: string; sessionId: string | null },
): Promise<Session[]> => statements(db).list.execute({ userId: caller.userId, sessionId: caller.sessionId });
