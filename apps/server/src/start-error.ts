import { EmbeddedPostgresError } from '@docket/db';
import { DataFolderError } from './data-folder.ts';
import { EnvError } from './env.ts';
import { describeFault } from './logger.ts';

/** The process cannot start; the message says why and what to do, and holds no secret. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const EXPLAINED = [EnvError, StartError, DataFolderError, EmbeddedPostgresError];

/** Says on standard error why nothing was started, and makes the process end with 1. */
export const reportStartFailure = (error: unknown): void => {
  const isExplained = EXPLAINED.some((kind) => error instanceof kind);
  const reason = isExplained && error instanceof Error ? error.message : JSON.stringify(describeFault(error));
  process.stderr.write(`Docket cannot start.\n${reason}\n`);
  process.exitCode = 1;
};
