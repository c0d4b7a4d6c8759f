import type { Change, Write } from '../writes.ts';

const madeAt = '2026-11-21T08:30:00.000Z';

/** A write with this place in the outbox, named after it. */
export const makeWrite = (order: number, change: Change, failure: Write['failure'] = null): Write => ({
  ...change,
  writeId: `write ${order}`,
  order,
  madeAt,
  failure,
});
