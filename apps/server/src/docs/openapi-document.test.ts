import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { appRouter } from '@docket/api';
import { TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { shapeError } from '../edge-error.ts';
import { writeRefreshCookie } from '../refresh-cookie.ts';
import { describeApi, findOperation } from './openapi-document.ts';
import { listRestProcedures } from '../rest-procedures.ts';
import { PROCEDURE_NOTES } from './openapi-document-notes.ts';

const BASE_URL = 'https://docket.example/api';
const document = describeApi(BASE_URL);

/** Every object inside the document, with the way to it. */
const listNodes = (value: unknown, path = '#'): { path: string; node: Record<string, unknown> }[] => {
  if (Array.isArray(value)) return value.flatMap((item, index) => listNodes(item, `${path}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  const node: Record<string, unknown> = { ...value };
  return [{ path, node }, ...Object.entries(node).flatMap(([key, child]) => listNodes(child, `${path}/${key}`))];
};

const follow = (pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => {
      if (typeof node !== 'object' || node === null) return undefined;
      return Object.entries(node).find(([name]) => name === key)?.[1];
    }, document);

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const listOperations = () =>
  Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]: [string, unknown]) => ({ path, method, operation })),
  );

/** What OpenAPI 3.1 demands of an operation, and we of ours. */
const OperationShape = z.object({
  operationId: z.string().regex(/^[a-z]+(-[a-z][a-zA-Z]*)+$/),
  summary: z.string().min(1),
  tags: z.array(z.string()).length(1),
  parameters: z
    .array(
      z.looseObject({
        name: z.string().min(1),
        in: z.enum(['query', 'path']),
        schema: z.looseObject({ type: z.string() }),
        description: z.string().min(1),
      }),
    )
    .optional(),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.looseObject({ schema: z.looseObject({}) }) }) })
    .optional(),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.union([z.looseObject({ $ref: z.string() }), z.looseObject({ description: z.string().min(1) })]),
  ),
});

describe('describeApi writes valid OpenAPI 3.1', () => {
  test('with the members that a document must have', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({ title: 'Docket', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(document.servers).toEqual([{ url: BASE_URL }]);
    expect(document.components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      refreshCookie: { type: 'apiKey', in: 'cookie', name: '__Host-docket-refresh' },
    });
    expect(document.tags?.map(({ name }) => name)).toEqual(['auth', 'sessions', 'account', 'tasks']);
  });

  test('with operations that are complete', () => {
    const operations = listOperations();
    expect(operations.length).toBeGreaterThan(0);
    for (const { path, method, operation } of operations) {
      expect(path).toMatch(/^\/[\w/{}-]+$/);
      expect(METHODS).toContain(method);
      expect(OperationShape.safeParse(operation).error?.issues, `${method} ${path}`).toBeUndefined();
    }
  });

  test('with a parameter for each variable of a path, and no other', () => {
    for (const procedure of listRestProcedures()) {
      const variables = [...procedure.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = (findOperation(document, procedure).parameters ?? []).flatMap((parameter) =>
        'in' in parameter && parameter.in === 'path' ? [parameter] : [],
      );
      expect(parameters.map(({ name }) => name)).toEqual(variables);
      expect(parameters.every(({ required }) => required === true)).toBe(true);
    }
  });

  test('with references that lead somewhere', () => {
    const references = listNodes(document).flatMap(({ node }) =>
      typeof node['$ref'] === 'string' ? [node['$ref']] : [],
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) expect(follow(reference), reference).toBeDefined();
  });

  test('with nothing that JSON would lose', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test('with schemas whose types JSON Schema knows', () => {
    const known = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
    const schemas = listNodes(document).filter(
      ({ path, node }) => /\/(schema|items|properties\/\w+)$/.test(path) && 'type' in node,
    );
    expect(schemas.length).toBeGreaterThan(0);
    for (const { path, node } of schemas) {
      for (const type of [node['type']].flat()) expect(known, path).toContain(type);
    }
  });
});

/** They read the browser's cookie instead of a token. */
const BY_COOKIE = new Set(['auth.refresh', 'auth.endCookieSession']);

describe('describeApi describes the router', () => {
  test('with every procedure exactly once, under its own method and path', () => {
    const procedures = listRestProcedures();
    const names = Object.keys(appRouter._def.procedures).filter((name) => name !== 'sync.changes');
    expect(procedures.map(({ name }) => name)).toEqual(names);
    expect(listOperations()).toHaveLength(procedures.length);
    const ids = procedures.map((procedure) => findOperation(document, procedure).operationId);
    expect(ids).toEqual(procedures.map(({ name }) => name.replaceAll('.', '-')));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('with a token on protected operations, the cookie on those that read it, and what refuses either', () => {
    for (const procedure of listRestProcedures()) {
      const { security, responses } = findOperation(document, procedure);
      const withoutToken = BY_COOKIE.has(procedure.name) ? [{ refreshCookie: [] }] : undefined;
      expect(security, procedure.name).toEqual(procedure.isProtected ? [{ bearer: [] }] : withoutToken);
      if (security === undefined) continue;
      const refusals = procedure.isProtected ? ['401', '429'] : ['403', '429'];
      expect(Object.keys(responses ?? {}), procedure.name).toEqual(expect.arrayContaining(refusals));
    }
  });

  test.each(['http://localhost:3000/api', BASE_URL])('at %s with the cookie that the server sets there', (baseUrl) => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    writeRefreshCookie(response, baseUrl.startsWith('https:'), 'token');
    const { refreshCookie } = describeApi(baseUrl).components?.securitySchemes ?? {};
    const name = refreshCookie !== undefined && 'name' in refreshCookie ? refreshCookie.name : undefined;
    expect(String(response.getHeader('set-cookie')).split('=', 1)).toEqual([name]);
  });

  test('with words for every procedure, and for every field that it takes or answers', () => {
    for (const procedure of listRestProcedures()) {
      const { success, body } = PROCEDURE_NOTES[procedure.name] ?? {};
      const operation = findOperation(document, procedure);
      expect(success, procedure.name).toBeDefined();
      expect(body !== undefined, procedure.name).toBe(operation.requestBody !== undefined);
    }
    const fields = listNodes(document).filter(({ path, node }) => /\/properties\/\w+$/.test(path) && 'type' in node);
    expect(fields.length).toBeGreaterThan(50);
    // What is an object is described by its own fields.
    for (const { path, node } of fields.filter(({ node: field }) => !('properties' in field))) {
      expect(node, path).toHaveProperty('description');
    }
  });

  test.each([
    ['auth.signup', ['200', '400', '409', '413', '415', '429', '500', '503']],
    ['auth.login', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['auth.refresh', ['200', '401', '403', '429', '500', '503']],
    ['auth.endCookieSession', ['200', '403', '429', '500', '503']],
    ['auth.me', ['200', '401', '429', '500', '503']],
    ['auth.logout', ['200', '401', '429', '500', '503']],
    ['auth.changePassword', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['auth.requestPasswordReset', ['200', '400', '413', '415', '429', '500', '503']],
    ['auth.checkResetLink', ['200', '400', '413', '415', '429', '500', '503']],
    ['auth.resetPassword', ['200', '400', '413', '415', '429', '500', '503']],
    ['auth.sessions.list', ['200', '401', '429', '500', '503']],
    ['auth.sessions.revoke', ['200', '400', '401', '404', '429', '500', '503']],
    ['auth.sessions.revokeOthers', ['200', '401', '429', '500', '503']],
    ['account.update', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['account.changeEmail', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['account.confirmEmail', ['200', '400', '401', '409', '413', '415', '429', '500', '503']],
    ['account.activity', ['200', '401', '429', '500', '503']],
    ['account.export', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['account.delete', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['tasks.list', ['200', '400', '401', '429', '500', '503']],
    ['tasks.create', ['200', '400', '401', '413', '415', '429', '500', '503']],
    ['tasks.update', ['200', '400', '401', '404', '413', '415', '429', '500', '503']],
    ['tasks.delete', ['200', '400', '401', '404', '429', '500', '503']],
  ])('%s with the statuses that it can answer', (name, statuses) => {
    const procedure = listRestProcedures().find((each) => each.name === name);
    expect(procedure && Object.keys(findOperation(document, procedure).responses ?? {})).toEqual(statuses);
  });

  test('with the limits that are checked, those behind a trim included', () => {
    expect(document.paths?.['/tasks']?.post?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { properties: { title: { minLength: 1, maxLength: 500 } } } } },
    });
    expect(document.paths?.['/auth/login']?.post?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { properties: { password: { minLength: 1, maxLength: 256 } } } } },
    });
    expect(document.paths?.['/tasks']?.get?.parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'limit',
          schema: expect.objectContaining({ type: 'integer', minimum: 1, maximum: 100, default: 50 }),
        }),
        expect.objectContaining({ name: 'cursor', schema: expect.objectContaining({ type: 'string' }) }),
      ]),
    );
  });

  test('with example bodies and queries that the schemas accept', () => {
    for (const { name, input, path } of listRestProcedures()) {
      const { body, query } = PROCEDURE_NOTES[name] ?? {};
      if (input === undefined || (body === undefined && query === undefined)) continue;
      const ids = path.includes('{id}') ? { id: '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11' } : {};
      expect(input.safeParse({ ...query, ...body, ...ids }).error?.issues, name).toBeUndefined();
    }
  });

  test('with notes on procedures that exist', () => {
    expect(listRestProcedures().map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(PROCEDURE_NOTES)));
  });
});

test('the described error is the one that is answered', () => {
  const cause = z.strictObject({ title: z.string() }).safeParse({ title: 1 }).error;
  const refused = new TRPCError({ code: 'BAD_REQUEST', cause });
  const { message, data } = shapeError(refused, 'a-request-id', { path: 'tasks.create', type: 'mutation' });
  const schema = document.components?.schemas?.['Error'];
  const described = z.fromJSONSchema(JSON.parse(JSON.stringify(schema)));
  expect(described.safeParse({ message, code: data.code, data }).error?.issues).toBeUndefined();
  expect(described.safeParse({ message, code: data.code }).success).toBe(false);
  expect(follow('#/components/schemas/Error/properties/data/properties')).toMatchObject(
    Object.fromEntries(Object.keys(data).map((name) => [name, expect.anything()])),
  );
});

test('describing twice leaves the router as strict as before', () => {
  describeApi(BASE_URL);
  const input = listRestProcedures().find(({ name }) => name === 'tasks.list')?.input;
  expect(input?.safeParse({ limit: '1' }).success).toBe(false);
  expect(input?.safeParse({ completed: 'false' }).success).toBe(false);
});
