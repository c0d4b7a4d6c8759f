import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLargeReads, createRateLimits, type Dependencies } from '@docket/api';
import {
  createAccessTokens,
  createEmailDigest,
  createLinkTokens,
  createPasswordRules,
  createPasswords,
  createRefreshTokens,
  findSecretFault,
} from '@docket/auth';
import {
  type ChangeHints,
  type Database,
  openChangeHints,
  openDatabase,
  openReadinessProbe,
  STATEMENT_DEADLINE_MS,
} from '@docket/db';
import { createApp } from './app.ts';
import { keepSecret } from './data-folder.ts';
import { migrateOrExplain, provideDatabase } from './database-source.ts';
import type { Env } from './env.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createLogger, type Logger } from './logger.ts';
import { type MailDelivery, startMailDelivery } from './mail/mail-delivery.ts';
import { createMailTransport } from './mail/mail-transport.ts';
import { StartError } from './start-error.ts';
import { type Stop, stopAll } from './stop-all.ts';
import { cutUnreadConnections } from './unread-connections.ts';

export interface ServerOptions {
  env: Env;
  /** Where the embedded database and the signing secret live. */
  dataFolder: string;
  webFolder: string;
  /** One line for the person who started it. */
  announce: (line: string) => void;
  /** How long a refusal for calling too often takes; a second if not told. */
  refusalPauseMs?: number;
  /** How long an answer may be left unread; half a minute where nothing is said. */
  unreadMs?: number | undefined;
  /** How long a statement may take, and all statements of one call together; five seconds if not told. */
  statementDeadlineMs?: number | undefined;
  /** How many passwords may be hashed or wait at once; by the number of processors if not told. */
  passwordPlaces?: number;
}

export interface RunningServer {
  url: string;
  logger: Logger;
  /** Tells balancers at once that it goes, serves on for `STOP_DELAY` seconds, then stops. Safe to call again. */
  leave(): Promise<void>;
  /** Lets what runs finish for up to ten seconds, then closes everything. Safe to call again. */
  stop(): Promise<void>;
}

const DRAIN_MS = 10_000;
/** A stream finds out by itself that soon what a lost hint kept from it. */
const LOOK_EVERY_MS = 10_000;
/** Node looks at its limits only as often as the last one says. */
const TIME_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
};

const chooseSecret = ({ env, dataFolder, announce }: ServerOptions): string => {
  if (env.JWT_SECRET === undefined) {
    const { secret, file, isNew } = keepSecret(dataFolder);
    if (isNew) announce(`Made the signing secret ${file} (JWT_SECRET is not set)`);
    return secret;
  }
  const fault = findSecretFault(env.JWT_SECRET);
  if (fault !== null) announce(`JWT_SECRET ${fault}: good enough to try things, refused in production`);
  return env.JWT_SECRET;
};

/** Every key is made of the one secret, and of the one before it while that is still good. */
const createDependencies = async (
  options: ServerOptions,
  { db, changeHints }: { db: Database; changeHints: ChangeHints },
): Promise<Omit<Dependencies, 'notifyOutbox'>> => {
  const { env } = options;
  const keys = { secret: chooseSecret(options), previousSecret: env.JWT_SECRET_PREVIOUS };
  return {
    db,
    statementBudgetMs: options.statementDeadlineMs ?? STATEMENT_DEADLINE_MS,
    changeHints,
    accessTokens: await createAccessTokens(keys),
    refreshTokens: createRefreshTokens(keys),
    linkTokens: createLinkTokens(keys),
    digestEmail: createEmailDigest(keys),
    passwords: createPasswords({ cost: env.BCRYPT_COST, maxPlaces: options.passwordPlaces }),
    passwordRules: createPasswordRules({ hasBlocklist: env.hasPasswordBlocklist }),
    rateLimits: createRateLimits({ db, settings: env.RATE_LIMITS }),
    refusalPauseMs: options.refusalPauseMs ?? 1_000,
    sendsMail: env.SMTP_URL !== undefined,
    lookEveryMs: LOOK_EVERY_MS,
    quotas: env.QUOTAS,
    largeReads: createLargeReads(),
  };
};

const createTransport = ({ SMTP_URL, MAIL_FROM }: Env, publicUrl: string) =>
  SMTP_URL === undefined
    ? null
    : createMailTransport({ smtpUrl: SMTP_URL, from: MAIL_FROM ?? `Docket <docket@${new URL(publicUrl).hostname}>` });

const listen = (server: Server, env: Env): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentences: Record<string, string> = {
        EADDRINUSE: `Port ${env.PORT} is taken. Stop what listens there, or choose another port: PORT=${env.PORT + 1}`,
        EACCES: `Port ${env.PORT} may not be used by this user. Choose one above 1023: PORT=3000`,
        ENOTFOUND: `HOST ${env.HOST} is not a name or an address of this machine.`,
        EADDRNOTAVAIL: `HOST ${env.HOST} is not an address of this machine.`,
      };
      reject(new StartError(sentences[error.code ?? ''] ?? `Cannot listen: ${error.message}`, { cause: error }));
    });
    server.listen(env.PORT, env.HOST, resolve);
  });

/** The address to type into a browser on this machine. */
const describeAddress = (server: Server, env: Env): string => {
  const address = server.address();
  const port = address === null || typeof address === 'string' ? env.PORT : address.port;
  const host = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(env.HOST) ? 'localhost' : env.HOST;
  return `http://${host}:${port}`;
};

/** Closes what Node takes for busy: connections without a request, such as browsers open ahead of time. */
const closeUnused = (connections: ReadonlySet<Socket>): void => {
  for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
};

const drain = async (server: Server, connections: ReadonlySet<Socket>, logger: Logger): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that answers now is idle only afterwards.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    closeUnused(connections);
  }, 100);
  const timer = setTimeout(() => {
    logger.warn('connections were cut: their answers took longer than the time that a stop leaves');
    server.closeAllConnections();
  }, DRAIN_MS);
  await closed;
  clearTimeout(timer);
  clearInterval(sweep);
};

/**
 * Starts everything in order: database, schema, keys, HTTP. What was started is stopped again where a later step fails.
 *
 * @throws {StartError} and the errors of the data folder and the embedded database
 */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const { env, announce } = options;
  const logger = createLogger(env.LOG_LEVEL ?? (env.isProduction ? 'info' : 'warn'));
  const stops: Stop[] = [];
  const stopStarted = (): Promise<void> =>
    stopAll(stops, (error) => logger.error({ err: error }, 'a part of the server could not be stopped'));
  let isLeaving = false;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    isLeaving = true;
    stopped ??= stopStarted();
    return stopped;
  };

  try {
    const source = await provideDatabase({ ...options, logger });
    stops.push(source.stop);
    await migrateOrExplain(env, source.directUrl);
    const { statementDeadlineMs } = options;
    const { db, close } = openDatabase(source.url, { isPooled: source.isPooled, statementDeadlineMs });
    stops.push(close);
    const readiness = openReadinessProbe(source.url, { isPooled: source.isPooled });
    stops.push(readiness.close);
    const changeHints = openChangeHints(source.directUrl);
    stops.push(changeHints.close);
    const dependencies = await createDependencies(options, { db, changeHints });
    stops.push(() => dependencies.passwords.close());
    let mail: MailDelivery | undefined;
    const app = createApp({
      dependencies: { ...dependencies, notifyOutbox: () => mail?.notify() },
      logger,
      webFolder: options.webFolder,
      corsOrigins: env.CORS_ORIGINS,
      trustProxy: env.TRUST_PROXY,
      publicUrl: env.PUBLIC_URL,
      isReady: async () => !isLeaving && (await readiness.isReady()),
    });
    const server = createServer(TIME_LIMITS, (request, response) => {
      // Its next request goes over a new connection, which a balancer gives to another server.
      if (isLeaving) response.setHeader('connection', 'close');
      app(request, response);
    });
    const connections = new Set<Socket>();
    server.on('connection', (connection) => {
      connections.add(connection);
      connection.once('close', () => connections.delete(connection));
    });
    stops.push(cutUnreadConnections(server, { logger, unreadMs: options.unreadMs }));
    await listen(server, env);
    const url = describeAddress(server, env);
    const publicUrl = env.PUBLIC_URL ?? url;
    const transport = createTransport(env, publicUrl);
    mail = startMailDelivery({
      db,
      linkTokens: dependencies.linkTokens,
      transport,
      publicUrl,
      isProduction: env.isProduction,
      announce,
      logger,
    });
    stops.push(
      () => transport?.close(),
      mail.stop,
      startHousekeeping({ db, logger }),
      async () => {
        // A stream would go on for ever; who follows one comes back to another server.
        changeHints.stop();
        await drain(server, connections, logger);
      },
    );
    announce(`Docket is ready at ${url}`);
    return {
      url,
      logger,
      leave: async () => {
        isLeaving = true;
        await sleep(env.STOP_DELAY * 1_000);
        await stop();
      },
      stop,
    };
  } catch (error) {
    await stopStarted();
    throw error;
  }
};
