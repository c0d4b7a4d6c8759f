import type { Writable } from 'node:stream';
import { pino } from 'pino';

const LIMIT_BYTES = 1024 * 1024;
const FLUSH_MS = 500;

/**
 * Where a log's lines go, without waiting for who reads them. While more than `limitBytes` (1 MiB) wait they are dropped,
 * but for fatal ones; how many is said when the reader has caught up.
 */
export const createLogDestination = (stream: Writable, limitBytes: number = LIMIT_BYTES) => {
  let dropped = 0;
  const sayDropped = (): void => {
    const msg = `${dropped} lines of the log were dropped: its reader was too slow`;
    stream.write(`${JSON.stringify({ level: pino.levels.values['warn'], time: new Date().toISOString(), msg })}\n`);
    dropped = 0;
  };
  return {
    [pino.symbols.needsMetadataGsym]: true as const,
    /** The level of the line that is written next; pino sets it. */
    lastLevel: 0,
    write(line: string): void {
      const isFatal = this.lastLevel >= (pino.levels.values['fatal'] ?? 0);
      if (isFatal || (dropped === 0 && stream.writableLength <= limitBytes)) {
        stream.write(line);
        return;
      }
      if (dropped === 0) stream.once('drain', sayDropped);
      dropped += 1;
    },
  };
};

/** Resolves when all has been written, or after `limitMs` (half a second): a stopped reader holds no process up. */
export const flush = (stream: Writable, limitMs: number = FLUSH_MS): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    stream.write('', () => {
      clearTimeout(timer);
      resolve();
    });
  });
