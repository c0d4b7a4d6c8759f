import type { TRPCError } from '@trpc/server';
import { pino, type DestinationStream, type Logger } from 'pino';
import { createLogDestination } from './log-destination.ts';

export type { Logger };

interface Fault {
  name: string;
  code?: string;
  message?: string;
  frames?: string[];
  cause?: Fault;
}

/** A failed query's message holds its SQL and its parameters, a hash or a task among them. */
const isQueryMessage = (message: string): boolean => message.startsWith('Failed query');

/** What a log may hold of an error: names, codes and places, and no message that quotes a query. */
export const describeFault = (error: unknown): Fault => {
  if (!(error instanceof Error)) return { name: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(isQueryMessage(error.message) ? {} : { message: error.message }),
    ...(frames === undefined ? {} : { frames: frames.slice(0, 8).map((line) => line.trim()) }),
    ...(error.cause === undefined ? {} : { cause: describeFault(error.cause) }),
  };
};

const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'newPassword',
  'currentPassword',
  'access_token',
  'token',
  'secret',
];

/** JSON lines on standard output, without secrets wherever one might slip in. */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      serializers: { err: describeFault },
    },
    destination ?? createLogDestination(process.stdout),
  );

/**
 * Logs a procedure's failure where it is ours or the database's; a caller's own mistake is not worth a line, nor that a
 * server stops.
 */
export const reportFault = (
  logger: Logger,
  fault: { error: TRPCError; path: string | undefined; requestId: unknown },
): void => {
  const { error, ...facts } = fault;
  const isOutage = error.code === 'SERVICE_UNAVAILABLE' && error.cause !== undefined;
  if (error.code !== 'INTERNAL_SERVER_ERROR' && !isOutage) return;
  logger.error({ err: error, ...facts }, 'a procedure failed');
};
