import { appRouter, createContext, type Dependencies, type RequestFacts } from '@docket/api';
import { callTRPCProcedure, getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { sendRestError } from './edge-error.ts';
import { sendJoinedPages } from './joined-pages.ts';
import { type Logger, reportFault } from './logger.ts';
import { readRequestFacts } from './request-facts.ts';
import type { Edge } from './request-origin.ts';
import { parseJson, readBody, refuseOptionalBody } from './request-body.ts';
import { listRestProcedures } from './rest-procedures.ts';

/** What a schema wants of each query parameter that is not text; on its way here it is text all the same. */
type ParameterTypes = Map<string, 'number' | 'boolean'>;

const readParameterTypes = (schema: z.ZodType | undefined): ParameterTypes => {
  const types: ParameterTypes = new Map();
  if (schema === undefined) return types;
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const [name, property] of Object.entries(properties)) {
    if (typeof property === 'boolean') continue;
    if (property.type === 'boolean') types.set(name, 'boolean');
    if (property.type === 'integer' || property.type === 'number') types.set(name, 'number');
  }
  return types;
};

/** Text becomes a number or a boolean where the schema wants one and the text is one; all else is for the schema to refuse. */
const readParameter = (value: unknown, type: 'number' | 'boolean' | undefined): unknown => {
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'number' && typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value)) return Number(value);
  return value;
};

const readParameters = (parameterTypes: ParameterTypes, request: Request): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(request.query).map(([name, value]) => [name, readParameter(value, parameterTypes.get(name))]),
  );

const readFields = (text: string | undefined): object => {
  if (text === undefined) return {};
  const body = parseJson(text);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new TRPCError({ code: 'BAD_REQUEST', message: 'The body must be a JSON object.' });
};

/** What Express itself throws, such as for an address that cannot be decoded. */
export const readExpressError = (error: unknown): TRPCError => {
  const status: unknown = error instanceof Error && 'status' in error ? error.status : undefined;
  if (error instanceof TRPCError || typeof status !== 'number' || status >= 500) return getTRPCErrorFromUnknown(error);
  return new TRPCError({ code: 'BAD_REQUEST', message: 'The request cannot be read.', cause: error });
};

/** Paths that answer without the prefix, too. */
const UNPREFIXED = new Set(['/auth/signup', '/auth/login']);

/** Every procedure over REST, read from the router itself; each schema checks what it checks for tRPC. */
export const createRestEndpoint = (options: { dependencies: Dependencies; logger: Logger; edge: Edge }): Router => {
  const { dependencies, logger, edge } = options;
  const rest = Router({ caseSensitive: true });
  const methodsByPath = new Map<string, string[]>();

  for (const procedure of listRestProcedures()) {
    const { name, type, method } = procedure;
    const path = procedure.path.replace(/\{(\w+)\}/g, ':$1');
    const paths = [`/api${path}`, ...(UNPREFIXED.has(path) ? [path] : [])];
    for (const each of paths) methodsByPath.set(each, [...(methodsByPath.get(each) ?? []), method.toUpperCase()]);
    const parameterTypes = readParameterTypes(procedure.input);
    // A password in an address would end up in logs and histories, so what a mutation takes is in the body.
    const readInput = (request: Request, body: string | undefined): unknown => {
      const fields = type === 'mutation' ? readFields(body) : readParameters(parameterTypes, request);
      return procedure.input === undefined ? undefined : { ...fields, ...request.params };
    };
    const answer = async (request: Request, response: Response): Promise<void> => {
      try {
        // A procedure that takes no input does not look at the body.
        const refusal = type === 'mutation' ? refuseOptionalBody(request) : null;
        if (refusal !== null) throw refusal;
        const body = await readBody(request);
        const facts = readRequestFacts(request, response, edge);
        const call = (made: RequestFacts, makeInput: () => unknown): Promise<unknown> =>
          callTRPCProcedure({
            router: appRouter,
            path: name,
            type,
            ctx: createContext(dependencies, made),
            // Only once the token was checked.
            getRawInput: () => Promise.resolve(makeInput()),
            signal: undefined,
            batchIndex: 0,
          });
        const output = await call(facts, () => readInput(request, body));
        response.setHeader('cache-control', 'no-store');
        if (procedure.joinedList === undefined) {
          response.json(output);
          return;
        }
        // The whole document has the turn of its first page.
        const laterFacts = { ...facts, onAnswered: (run: () => void) => run() };
        await sendJoinedPages(response, output, {
          list: procedure.joinedList,
          readNext: (cursor) => call(laterFacts, () => ({ cursor })),
        });
      } catch (cause) {
        const error = getTRPCErrorFromUnknown(cause);
        if (response.headersSent) return;
        reportFault(logger, { error, path: name, requestId: response.getHeader('x-request-id') });
        sendRestError(response, error, { path: name, type });
      }
    };
    rest[method](paths, answer);
  }

  for (const [path, methods] of methodsByPath) {
    rest.all(path, (_request: Request, response: Response) => {
      response.setHeader('allow', methods.join(', '));
      sendRestError(
        response,
        new TRPCError({ code: 'METHOD_NOT_SUPPORTED', message: `Use ${methods.join(' or ')} here.` }),
      );
    });
  }
  return rest;
};
