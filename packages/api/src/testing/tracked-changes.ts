import { Changes } from '@docket/domain';
import { z } from 'zod';

const Tracked = z.tuple([z.string(), Changes], z.symbol());

/** An event of `sync.changes` as a caller gets it: tRPC types it as it arrives over the wire. */
export const readTrackedChanges = (event: unknown): { id: string; changes: Changes } => {
  const [id, changes] = Tracked.parse(event);
  return { id, changes };
};
