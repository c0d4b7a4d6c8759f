import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    /** Trimmed and in lower case before it gets here. */
    email: text().notNull(),
    hashedPassword: text().notNull(),
    /** Grows with each new password; a session lives only while it has the same. */
    passwordVersion: integer().notNull().default(0),
    name: text(),
    timeZone: text().notNull().default('UTC'),
    /** The change of address that was asked for last, by the id of its mail and link; every other one is void. */
    emailChangeId: uuid(),
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
    lastUsedAt: instant()
      .notNull()
      .default(sql`now()`),
    /** Until then its access tokens are good, and it can be refreshed unless one of the two limits is over. */
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    passwordVersion: integer().notNull().default(0),
    /** The number of the newest refresh token, and since when there is that one. */
    refreshCounter: integer().notNull().default(0),
    refreshedAt: instant()
      .notNull()
      .default(sql`now()`),
    /** The newest refresh token that the browser is known to have kept: it was used more than a minute after it was made. */
    confirmedCounter: integer().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.userId, table.id] }), index('sessions_by_expiry').on(table.expiresAt)],
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
    /** In the trash since; the row goes 30 days later. */
    deletedAt: instant(),
    /** The change of the user's that wrote this row. */
    revision: bigint({ mode: 'number' }).notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    // Ascending, and read backwards: drizzle's `.desc()` would say NULLS LAST, which no `ORDER BY ... DESC` matches.
    index('tasks_by_creation')
      .on(table.userId, table.createdAt, table.id)
      .where(sql`deleted_at is null`),
    index('tasks_by_completion')
      .on(table.userId, table.completed, table.createdAt, table.id)
      .where(sql`deleted_at is null`),
    index('tasks_in_trash')
      .on(table.userId, table.createdAt, table.id)
      .where(sql`deleted_at is not null`),
    index('tasks_by_revision').on(table.userId, table.revision, table.id),
    index('tasks_by_deletion')
      .on(table.deletedAt)
      .where(sql`deleted_at is not null`),
  ],
);

/**
 * Counts the changes of each user. Whoever writes takes the next revision in the same statement, and holds the row's
 * lock until the commit, so that one user's revisions become visible in their order.
 */
export const changeClock = pgTable('change_clock', {
  userId: uuid()
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  revision: bigint({ mode: 'number' }).notNull(),
  /** Of what the purge has deleted for good, the newest; who knows less has to begin anew. */
  purgedRevision: bigint({ mode: 'number' }).notNull().default(0),
  /** The user's tasks, those in the trash included, and the bytes of their texts. Triggers on `tasks` keep both. */
  taskCount: bigint({ mode: 'number' }).notNull().default(0),
  byteCount: bigint({ mode: 'number' }).notNull().default(0),
});

/** A link that was mailed, good once. Its token is computed from the id, so that no secret is stored. */
export const emailLinks = pgTable(
  'email_links',
  {
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    kind: text({ enum: ['password-reset', 'email-change'] }).notNull(),
    /** Where it was sent: the account's address, or the one that shall become it. */
    email: text().notNull(),
    /** The account's address and password version when the link was asked for; it is good only while both are the same. */
    accountEmail: text().notNull(),
    passwordVersion: integer().notNull(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.id] }), index('email_links_by_expiry').on(table.expiresAt)],
);

/** Mail that is still to be sent. */
export const outbox = pgTable(
  'outbox',
  {
    id: uuid().primaryKey(),
    /** Whom it is about; null where only the address is known, which may be nobody's. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    kind: text({
      enum: ['password-reset', 'password-changed', 'email-change', 'email-changed'],
    }).notNull(),
    recipient: text().notNull(),
    /** The new address, in a mail that tells the old one. */
    newEmail: text(),
    /** The account's address and password version when a link was asked for; null in notices, and where there is no account. */
    accountEmail: text(),
    passwordVersion: integer(),
    createdAt: instant()
      .notNull()
      .default(sql`now()`),
    attempts: integer().notNull().default(0),
    /** Nobody else tries before. */
    nextAttemptAt: instant()
      .notNull()
      .default(sql`now()`),
  },
  (table) => [index('outbox_by_attempt').on(table.nextAttemptAt)],
);

/** What happened to accounts: rows are added, and purged after 90 days; a trigger refuses all else. */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: uuid().primaryKey(),
    /** Null where the address that was tried is nobody's. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    kind: text().notNull(),
    sessionId: uuid(),
    /** A keyed digest of the address that was tried. */
    emailDigest: text(),
    userAgent: text(),
    address: text(),
    createdAt: instant()
      .notNull()
      .default(sql`now()`),
  },
  (table) => [
    index('audit_events_by_user').on(table.userId, table.createdAt, table.id),
    index('audit_events_by_creation').on(table.createdAt),
  ],
);

/** As rate-limiter-flexible wants it: points that were used, and when they come back in milliseconds since 1970. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: varchar({ length: 255 }).primaryKey(),
    points: integer().notNull().default(0),
    expire: bigint({ mode: 'number' }),
  },
  (table) => [index('rate_limits_by_expiry').on(table.expire)],
);
