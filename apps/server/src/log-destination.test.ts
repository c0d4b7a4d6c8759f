import { once } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLogDestination, flush } from './log-destination.ts';
import { createLogger } from './logger.ts';

/** A stream whose reader takes nothing before `resume` is called. */
const createStalled = () => {
  let text = '';
  let waiting: (() => void) | undefined;
  let isStalled = true;
  const stream = new Writable({
    highWaterMark: 16,
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      if (isStalled) waiting = done;
      else done();
    },
  });
  const resume = (): void => {
    isStalled = false;
    waiting?.();
  };
  return { stream, resume, readMessages: () => [...text.matchAll(/"msg":"([^"]*)"/g)].map(([, words]) => words) };
};

describe('a log whose reader has stopped', () => {
  test('drops what is more than the limit, but for fatal lines, and says how many when it is read again', async () => {
    const { stream, resume, readMessages } = createStalled();
    const logger = createLogger('info', createLogDestination(stream, 1_000));
    for (let line = 0; line < 100; line += 1) logger.info(`line ${line}`);
    expect(stream.writableLength).toBeLessThan(1_200);
    logger.fatal('the end');
    const drained = once(stream, 'drain');
    resume();
    await drained;
    logger.info('afterwards');
    await flush(stream);
    const messages = readMessages();
    const kept = messages.filter((words) => words?.startsWith('line ')).length;
    expect(kept).toBeGreaterThan(5);
    expect(messages.slice(kept)).toEqual([
      'the end',
      `${100 - kept} lines of the log were dropped: its reader was too slow`,
      'afterwards',
    ]);
  });

  test('is waited for only so long at the end', async () => {
    const { stream, readMessages } = createStalled();
    const logger = createLogger('info', createLogDestination(stream));
    logger.info('one');
    logger.info('two');
    await flush(stream, 1);
    expect(readMessages()).toEqual(['one']);
  });
});
