import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dependencies } from '@docket/api';
import { TRPCError } from '@trpc/server';
import compression from 'compression';
import cors from 'cors';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { createApiDocument, createDocsPage } from './docs/docs-page.ts';
import { sendRestError } from './edge-error.ts';
import type { Logger } from './logger.ts';
import { assignRequestId } from './request-facts.ts';
import { createRestEndpoint, readExpressError } from './rest-endpoint.ts';
import { createTrpcEndpoint, TRPC_PREFIX } from './trpc-endpoint.ts';

export interface AppOptions {
  dependencies: Dependencies;
  logger: Logger;
  /** Where the web client was built to. */
  webFolder: string;
  /** Origins besides our own whose pages may call. */
  corsOrigins: string[];
  trustProxy: boolean | number | string;
  /** Where people reach this server; on https browsers are told to stay there. */
  publicUrl: string | undefined;
  /** Whether the database can be reached and its schema is up to date. */
  isReady: () => Promise<boolean>;
}

const SELF = ["'self'"];

const createSecurityHeaders = (isHttps: boolean) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: SELF,
        styleSrc: SELF,
        imgSrc: [...SELF, 'data:'],
        fontSrc: SELF,
        connectSrc: SELF,
        manifestSrc: SELF,
        formAction: SELF,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isHttps,
    xFrameOptions: { action: 'deny' },
  });

/** One line a request. Neither header nor body nor query string goes into a log. */
const logRequest = (logger: Logger, request: IncomingMessage, response: ServerResponse): void => {
  if (!logger.isLevelEnabled('info')) return;
  const startedAt = performance.now();
  response.once('close', () => {
    logger.info(
      {
        requestId: response.getHeader('x-request-id'),
        method: request.method,
        path: request.url?.split('?', 1)[0],
        status: response.statusCode,
        milliseconds: Math.round(performance.now() - startedAt),
        isComplete: response.writableFinished,
      },
      'request',
    );
  });
};

/** Serves the built web client: hashed files for a year, the page itself never from a cache. */
const createWebClient = (folder: string) => {
  const web = express.Router();
  const page = join(folder, 'index.html');
  web.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false }));
  web.use(express.static(folder, { index: false, cacheControl: true, maxAge: 0 }));
  web.get('/{*path}', (request: Request, response: Response, next: NextFunction) => {
    const isPage = !/^\/(api|trpc|assets)(\/|$)/.test(request.path) && request.accepts('html');
    if (isPage === false || !existsSync(page)) return next();
    response.setHeader('cache-control', 'no-cache');
    return response.sendFile(page);
  });
  return web;
};

/** Pages of changes, which shrink to a tenth. Other answers are small, or streams. */
const LARGE_ANSWERS = { trpc: `${TRPC_PREFIX}sync.pull`, rest: '/api/sync' };

/**
 * The whole HTTP side as one listener. tRPC stands ahead of Express, whose routing costs as much as a query's check, but
 * for what is worth compressing.
 */
export const createApp = (options: AppOptions): RequestListener => {
  const { dependencies, logger } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', options.trustProxy);
  const isTrustedProxy: unknown = app.get('trust proxy fn');
  const endpoint = {
    dependencies,
    logger,
    edge: {
      isTrustedProxy: (address: string, hop: number) =>
        typeof isTrustedProxy === 'function' && isTrustedProxy(address, hop) === true,
      publicUrl: options.publicUrl,
      corsOrigins: options.corsOrigins,
    },
  };
  const trpc = createTrpcEndpoint(endpoint);
  const crossOrigin = cors({
    origin: options.corsOrigins,
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id'],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: 600,
  });

  app.all(LARGE_ANSWERS.trpc, compression(), (request, response) => trpc(request, response));
  app.use(createSecurityHeaders(options.publicUrl?.startsWith('https:') ?? false));
  app.get('/livez', (_request, response) => {
    response.json({ status: 'alive' });
  });
  app.get('/readyz', async (_request, response) => {
    const isReady = await options.isReady();
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'unavailable' });
  });
  app.get(LARGE_ANSWERS.rest, compression());
  app.use(createRestEndpoint(endpoint));
  app.use(compression());
  app.get('/api/openapi.json', createApiDocument(options.publicUrl));
  app.use('/api/docs', createDocsPage(options.publicUrl));
  app.use(createWebClient(options.webFolder));
  app.use((_request: Request, response: Response) => {
    sendRestError(response, new TRPCError({ code: 'NOT_FOUND', message: 'There is nothing at this address.' }));
  });
  // oxlint-disable-next-line max-params -- by its four parameters Express knows an error handler
  app.use((cause: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(cause);
    const error = readExpressError(cause);
    if (error.code === 'INTERNAL_SERVER_ERROR') logger.error({ err: error }, 'a request failed');
    return sendRestError(response, error);
  });

  return (request, response) => {
    assignRequestId(request, response);
    logRequest(logger, request, response);
    const answer = (): void => {
      const path = request.url?.split('?', 1)[0] ?? '';
      if (path.startsWith(TRPC_PREFIX) && path !== LARGE_ANSWERS.trpc) void trpc(request, response);
      else app(request, response);
    };
    if (options.corsOrigins.length === 0) answer();
    else crossOrigin(request, response, answer);
  };
};
