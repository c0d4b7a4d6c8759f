import { sql } from 'drizzle-orm';
import { boolean, foreignKey, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    /** Trimmed and in lower case before it gets here. */
    email: text().notNull(),
    hashedPassword: text().notNull(),
    name: text(),
    timeZone: text().notNull().default('UTC'),
    /** Tokens without a session that were issued before this instant are void; null: none is. */
    tokensValidAfter: instant(),
    createdAt: instant()
      .notNull()
      .default(sql`now()`),
  },
  (table) => [uniqueIndex('users_email_key').on(table.email)],
);

export const sessions = pgTable(
  'sessions',
  {
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    userAgent: text(),
    address: text(),
    createdAt: instant()
      .notNull()
      .default(sql`now()`),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.id] })],
);

export const tasks = pgTable(
  'tasks',
  {
    userId: uuid().notNull(),
    id: uuid().notNull(),
    title: text().notNull(),
    description: text().notNull().default(''),
    completedAt: instant(),
    /** Follows `completedAt`, so that the two cannot disagree and an index can begin with it. */
    completed: boolean()
      .notNull()
      .generatedAlwaysAs(sql`completed_at IS NOT NULL`),
    createdAt: instant()
      .notNull()
      .default(sql`now()`),
    updatedAt: instant()
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    // Ascending, and read backwards: drizzle's `.desc()` would say NULLS LAST, which no `ORDER BY ... DESC` matches.
    index('tasks_by_creation').on(table.userId, table.createdAt, table.id),
    index('tasks_by_completion').on(table.userId, table.completed, table.createdAt, table.id),
  ],
);
