import { TRPCError } from '@trpc/server';
import { type SQL, sql } from 'drizzle-orm';
import { readSettingsList, SettingsError } from './settings-list.ts';

const QUOTA_NAMES = ['tasks', 'bytes'] as const;
type QuotaName = (typeof QUOTA_NAMES)[number];

/** How many tasks an account can have, the trash included, and how many bytes of titles and descriptions; null: any number. */
export type Quotas = Record<QuotaName, number | null>;

export const DEFAULT_QUOTAS: Quotas = { tasks: 100_000, bytes: 104_857_600 };

const MAX_QUOTA = 1_000_000_000_000;

/**
 * Reads `off`, or a list such as `tasks=5000, bytes=off`; what it does not name keeps its default.
 *
 * @throws {SettingsError} for anything else
 */
export const readQuotas = (text: string | undefined): Quotas =>
  readSettingsList(text, {
    defaults: DEFAULT_QUOTAS,
    names: QUOTA_NAMES,
    noun: 'quota',
    form: 'name=number',
    readValue: (name, value) => {
      const quota = /^\d{1,13}$/.test(value) ? Number(value) : 0;
      if (quota >= 1 && quota <= MAX_QUOTA) return quota;
      throw new SettingsError(
        `has no usable number for ${name}: write ${name}=number, 1 to ${MAX_QUOTA}, or ${name}=off`,
      );
    },
  });

/**
 * Whether so much more fits, as a condition of a statement that has taken the user's revision: its clock is locked, so the counts
 * are exact however many write at once.
 */
export const fits = ({ tasks, bytes }: Quotas, more: { tasks?: number; bytes: SQL }): SQL => {
  const isWithin = (count: SQL, quota: number | null): SQL =>
    quota === null ? sql`true` : sql`(select ${count} from clock) <= ${quota}::bigint`;
  const isTaskWithin = more.tasks === undefined ? sql`true` : isWithin(sql`task_count + ${more.tasks}`, tasks);
  return sql`(${isTaskWithin} and ${isWithin(sql`byte_count + ${more.bytes}`, bytes)})`;
};

/** FORBIDDEN, saying how much an account can have and what counts. */
export const createFullError = ({ tasks, bytes }: Quotas): TRPCError => {
  const limits = [
    ...(tasks === null ? [] : [`${tasks.toLocaleString('en')} tasks`]),
    ...(bytes === null ? [] : [`${bytes.toLocaleString('en')} bytes of titles and descriptions`]),
  ];
  return new TRPCError({
    code: 'FORBIDDEN',
    message:
      `Your account is full: it can have at most ${limits.join(' and ')}. ` +
      'What is in the trash counts, too, until it is deleted for good after 30 days.',
  });
};
