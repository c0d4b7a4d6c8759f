import { constants, setPriority } from 'node:os';
import bcrypt from 'bcrypt';
import { type HashAnswer, HashJob, type HashRequest, YIELDING } from './hash-job.ts';

const run = (request: HashRequest): Promise<string | boolean> =>
  request.kind === 'hash' ? bcrypt.hash(request.secret, request.cost) : bcrypt.compare(request.secret, request.hash);

/** To a parent that may have gone meanwhile, which is no fault. */
const answer = (message: HashAnswer): void => {
  process.send?.(message, undefined, undefined, () => {});
};

if (process.argv.includes(YIELDING)) setPriority(constants.priority.PRIORITY_LOW);
process.on('message', (message) => {
  const { id, request } = HashJob.parse(message);
  run(request).then(
    (result) => answer({ id, result }),
    (error: unknown) => answer({ id, failure: String(error) }),
  );
});
// A terminal's Ctrl-C reaches this process too; the parent ends it after the drain, or by its own death.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
