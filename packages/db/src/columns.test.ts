import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseInstant } from './columns.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

describe('parseInstant', () => {
  test.each([
    ['2026-11-21 08:30:00+00', '2026-11-21T08:30:00.000Z'],
    ['2026-11-21 08:30:00.1+00', '2026-11-21T08:30:00.100Z'],
    ['2026-11-21 08:30:00.12+00', '2026-11-21T08:30:00.120Z'],
    ['2026-11-21 08:30:00.123+00', '2026-11-21T08:30:00.123Z'],
    ['2026-11-21 08:30:00.001+00', '2026-11-21T08:30:00.001Z'],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31 23:59:59.999+00', '9999-12-31T23:59:59.999Z'],
  ])('reads %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  test.each([
    ['microseconds', '2026-11-21 08:30:00.123456+00', '2026-11-21T08:30:00.123Z'],
    ['a zone of hours', '2026-11-21 08:30:00.5+02', '2026-11-21T06:30:00.500Z'],
    ['a zone of minutes', '2026-11-21 08:30:00+05:30', '2026-11-21T03:00:00.000Z'],
    ['a zone to the west', '2026-11-21 20:30:00.25-08', '2026-11-22T04:30:00.250Z'],
    ['ISO 8601', '2026-11-21T08:30:00.100Z', '2026-11-21T08:30:00.100Z'],
  ])('reads what another session may answer: %s', (_, text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  test.each(['infinity', '-infinity', '', 'now', '0044-03-15 00:00:00+00 BC'])(
    'fails for %j, which is no instant of ours',
    (text) => {
      expect(() => parseInstant(text)).toThrow(RangeError);
    },
  );

  test('reads every millisecond as PostgreSQL writes it', async () => {
    const rows = await database.db.execute<{ text: string }>(sql`
      select (timestamptz '2026-11-21 08:30:00+00' + n * interval '1 millisecond')::timestamptz(3)::text as text
      from generate_series(0, 999) as n order by n`);
    const start = Date.UTC(2026, 10, 21, 8, 30);
    expect(rows.map(({ text }) => parseInstant(text))).toEqual(
      Array.from({ length: 1_000 }, (_, millisecond) => new Date(start + millisecond).toISOString()),
    );
  });
});
