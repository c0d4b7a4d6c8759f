import { randomUUID } from 'node:crypto';
import { auditEvents, emailLinks, rateLimits, sessions } from '@docket/db';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { users } from '@docket/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { purgeExpired } from './housekeeping.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('what has served its time goes, and nothing else', async () => {
  const { db } = database;
  const userId = randomUUID();
  await db.insert(users).values({ id: userId, email: 'ada@example.com', hashedPassword: 'none' });
  const ago = (interval: string) => sql`now() - ${interval}::interval`;
  const [kept, gone] = [randomUUID(), randomUUID()];
  await db.insert(sessions).values([
    { userId, id: kept, expiresAt: sql`now() + interval '1 minute'` },
    { userId, id: gone, expiresAt: ago('1 second') },
  ]);
  await db.insert(emailLinks).values([
    {
      userId,
      id: kept,
      kind: 'password-reset',
      email: 'ada@example.com',
      accountEmail: 'ada@example.com',
      passwordVersion: 0,
      expiresAt: ago('1 hour'),
    },
    {
      userId,
      id: gone,
      kind: 'password-reset',
      email: 'ada@example.com',
      accountEmail: 'ada@example.com',
      passwordVersion: 0,
      expiresAt: ago('25 hours'),
    },
  ]);
  await db.insert(rateLimits).values([
    { key: kept, points: 1, expire: Date.now() + 60_000 },
    { key: gone, points: 1, expire: Date.now() - 1 },
  ]);
  await db.insert(auditEvents).values([
    { userId, id: kept, kind: 'signed-in', createdAt: ago('89 days') },
    { userId, id: gone, kind: 'signed-in', createdAt: ago('91 days') },
    { id: randomUUID(), kind: 'sign-in-failed', createdAt: ago('91 days') },
  ]);
  await purgeExpired(db);
  await purgeExpired(db);
  for (const table of [sessions, emailLinks, auditEvents])
    expect(await db.select().from(table)).toMatchObject([{ id: kept }]);
  expect(await db.select().from(rateLimits)).toMatchObject([{ key: kept }]);
});
