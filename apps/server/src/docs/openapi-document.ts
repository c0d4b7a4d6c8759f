import { appRouter } from '@docket/api';
import { Account, ActivityEvent, Session, Task, TokenOutput } from '@docket/domain';
import { generateOpenApiDocument, type OpenAPIObject } from 'trpc-to-openapi';
import { z } from 'zod';
import { describeErrors, listErrorResponses } from './openapi-document-errors.ts';
import { FIELD_NOTES } from './openapi-document-fields.ts';
import { type ErrorCode, PROCEDURE_NOTES } from './openapi-document-notes.ts';
import { listRestProcedures, type RestProcedure } from '../rest-procedures.ts';

export type { OpenAPIObject };
export type PathItem = NonNullable<OpenAPIObject['paths']>[string];
export type Operation = NonNullable<PathItem['get']>;
export type SchemaOrReference = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
type SecuritySchemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;
export type Schema = Exclude<SchemaOrReference, { $ref: string }>;

/** The operation that describes a procedure. */
export const findOperation = (document: OpenAPIObject, procedure: RestProcedure): Operation => {
  const operation = document.paths?.[procedure.path]?.[procedure.method];
  if (operation === undefined) throw new Error(`${procedure.name} is missing from the OpenAPI document`);
  return operation;
};

const LIMITS = ['minLength', 'maxLength', 'minimum', 'maximum'] as const;
type Limits = Pick<Schema, (typeof LIMITS)[number]>;

/**
 * The limits of an input's fields as they are checked. A schema that trims before it checks says them only on its
 * output's side, which the generator does not read.
 */
const readLimits = (input: z.ZodType | undefined): Record<string, Limits> => {
  if (input === undefined) return {};
  const { properties = {} } = z.toJSONSchema(input, { io: 'output', unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const limits: Limits = {};
      for (const limit of LIMITS) {
        const value = typeof property === 'boolean' ? undefined : property[limit];
        if (value !== undefined) limits[limit] = value;
      }
      return [name, limits];
    }),
  );
};

/** Adds what the notes know of a field and the schema does not say itself. */
const describeField = (schema: SchemaOrReference, scopes: string[], name: string): SchemaOrReference => {
  if ('$ref' in schema) return schema;
  const notes = scopes.map((scope) => FIELD_NOTES[`${scope}.${name}`]).find((found) => found !== undefined);
  return {
    ...(notes?.description === undefined ? {} : { description: notes.description }),
    ...(notes === undefined || !('example' in notes) ? {} : { examples: [notes.example] }),
    ...schema,
  };
};

const describeFields = <Described extends SchemaOrReference>(schema: Described, scopes: string[]): Described => {
  if ('$ref' in schema || schema.properties === undefined) return schema;
  const properties = Object.entries(schema.properties).map(([name, field]) => [
    name,
    describeField(field, scopes, name),
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
};

/** `auth.sessions.revoke`, `auth.sessions`, `auth`, `*`. */
const listScopes = (name: string): string[] => {
  const words = name.split('.');
  return [...words.map((_, index) => words.slice(0, words.length - index).join('.')), '*'];
};

/** A parameter of the query is text and never null; what may be null may also be left out. */
const withoutNull = (schema: Schema): Schema => {
  const { type } = schema;
  if (!Array.isArray(type)) return schema;
  const [only, ...others] = type.filter((each) => each !== 'null');
  return only === undefined || others.length > 0 ? schema : { ...schema, type: only };
};

const describeParameters = (operation: Operation, procedure: RestProcedure): Operation['parameters'] => {
  const limits = readLimits(procedure.input);
  const { query = {} } = PROCEDURE_NOTES[procedure.name] ?? {};
  return operation.parameters?.map((parameter) => {
    if ('$ref' in parameter || parameter.schema === undefined || '$ref' in parameter.schema) return parameter;
    const bare = { ...withoutNull(parameter.schema), ...limits[parameter.name] };
    const schema = describeField(bare, listScopes(procedure.name), parameter.name);
    const description = 'description' in schema ? schema.description : undefined;
    return {
      ...parameter,
      ...(description === undefined ? {} : { description }),
      ...(parameter.name in query ? { example: query[parameter.name] } : {}),
      schema,
    };
  });
};

const JSON_TYPE = 'application/json';

const describeBody = (operation: Operation, procedure: RestProcedure): Operation['requestBody'] => {
  const { requestBody } = operation;
  if (requestBody === undefined || '$ref' in requestBody) return requestBody;
  const { schema } = requestBody.content[JSON_TYPE] ?? {};
  if (schema === undefined || '$ref' in schema) return requestBody;
  const limits = readLimits(procedure.input);
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    { ...field, ...limits[name] },
  ]);
  const described = describeFields(
    { ...schema, properties: Object.fromEntries(properties) },
    listScopes(procedure.name),
  );
  const { body } = PROCEDURE_NOTES[procedure.name] ?? {};
  return {
    ...requestBody,
    content: { [JSON_TYPE]: { schema: described, ...(body === undefined ? {} : { example: body }) } },
  };
};

/** The codes that an operation can answer, from its kind and from what the notes add. */
const listErrorCodes = (operation: Operation, procedure: RestProcedure): ErrorCode[] => [
  ...(procedure.input === undefined ? [] : (['BAD_REQUEST'] as const)),
  ...(procedure.isProtected ? (['UNAUTHORIZED', 'TOO_MANY_REQUESTS'] as const) : []),
  ...(procedure.path.includes('{') ? (['NOT_FOUND'] as const) : []),
  ...(operation.requestBody === undefined ? [] : (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
  ...(PROCEDURE_NOTES[procedure.name]?.errors ?? []),
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
];

const describeOperation = (operation: Operation, procedure: RestProcedure): Operation => {
  const { operationId, summary, tags, responses } = operation;
  const notes = PROCEDURE_NOTES[procedure.name] ?? {};
  const { description = operation.description, success = 'Done.' } = notes;
  const withoutToken = notes.isForBrowsers === true ? [{ refreshCookie: [] }] : undefined;
  const security = procedure.isProtected ? [{ bearer: [] }] : withoutToken;
  const parameters = describeParameters(operation, procedure);
  const requestBody = describeBody(operation, procedure);
  const { schema } = responses?.['200']?.content?.[JSON_TYPE] ?? {};
  return {
    ...(operationId === undefined ? {} : { operationId }),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
    ...(security === undefined ? {} : { security }),
    ...(parameters === undefined || parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      '200': {
        description: success,
        headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
        content: { [JSON_TYPE]: { schema: describeFields(schema ?? {}, listScopes(procedure.name)) } },
      },
      ...listErrorResponses(listErrorCodes(operation, procedure)),
    },
  };
};

const generate = (): OpenAPIObject => {
  const generated = generateOpenApiDocument(appRouter, {
    title: 'Docket',
    version: '0.1.0',
    description:
      'Accounts and tasks. Sign in, then send the token as `Authorization: Bearer <access_token>`. ' +
      'Ids are UUIDs, instants ISO 8601 in UTC. An error carries a sentence in `message` and a `code` to switch on.',
    baseUrl: '/api',
    tags: ['auth', 'sessions', 'account', 'tasks'],
    defs: { Account, ActivityEvent, Session, Task, Token: TokenOutput },
  });
  const paths: Record<string, PathItem> = {};
  for (const procedure of listRestProcedures()) {
    const operation = describeOperation(findOperation(generated, procedure), procedure);
    paths[procedure.path] = { ...paths[procedure.path], [procedure.method]: operation };
  }
  const { schemas = {}, ...components } = generated.components ?? {};
  const nouns: Record<string, string> = {
    Account: 'account',
    ActivityEvent: 'account.activity',
    Session: 'auth.sessions',
    Task: 'tasks',
    Token: 'auth',
  };
  const described = Object.entries(nouns).flatMap(([name, noun]) => {
    const schema = schemas[name];
    return schema === undefined ? [] : [[name, describeFields(schema, listScopes(noun))]];
  });
  const errors = describeErrors();
  return {
    ...generated,
    paths,
    components: {
      ...components,
      ...errors,
      schemas: { ...Object.fromEntries(described), ...errors.schemas },
    },
  };
};

/** How a call shows who makes it. What the cookie is called depends on how browsers reach the server. */
const describeSecurity = (isHttps: boolean): SecuritySchemes => ({
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `access_token` of signing in.',
  },
  refreshCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: isHttps ? '__Host-docket-refresh' : 'docket-refresh',
    description:
      'Set by signing in and by each refresh, for browsers: `HttpOnly`, `SameSite=Strict` and good for 14 days. It is ' +
      '`Secure` on https and has the prefix `__Host-` there. A call that reads it must come from a page of Docket.',
  },
});

let generated: OpenAPIObject | undefined;

/**
 * The OpenAPI 3.1 description of every procedure, written from the router: generated once, then completed where the
 * generator describes other errors than ours or misses a limit. `baseUrl` ends in `/api`.
 */
export const describeApi = (baseUrl: string): OpenAPIObject => {
  generated ??= generate();
  const securitySchemes = describeSecurity(baseUrl.startsWith('https:'));
  return { ...generated, servers: [{ url: baseUrl }], components: { ...generated.components, securitySchemes } };
};
