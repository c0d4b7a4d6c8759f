import { customType } from 'drizzle-orm/pg-core';

/**
 * PostgreSQL's text form of a `timestamptz(3)` in a UTC session as ISO 8601 with milliseconds:
 * `2026-11-21 08:30:00.1+00` becomes `2026-11-21T08:30:00.100Z`.
 */
export const parseInstant = (text: string): string => {
  if (text.length >= 22 && text.length <= 26 && text.endsWith('+00')) {
    const date = text.slice(0, 10);
    const time = text.slice(11, 19);
    const milliseconds = text.slice(20, -3).padEnd(3, '0');
    return `${date}T${time}.${milliseconds}Z`;
  }
  return new Date(text).toISOString();
};

/** A `timestamptz(3)` read as an ISO 8601 string: slicing costs a tenth of what a `Date` does. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: parseInstant,
});
