import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { listRestProcedures, type RestProcedure } from '../rest-procedures.ts';
import type { Answer } from './test-server.ts';
import type { WireClient } from './wire-client.ts';

/** What a procedure takes, by the names of its fields; read from the schemas, so that a new procedure is called, too. */
export interface CallableProcedure extends RestProcedure {
  /** An input that its schema takes, of fields that name nothing there is. */
  makeInput(): Record<string, unknown>;
  /** The fields that take text of any kind. */
  textFields: string[];
}

const Property = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
});

const isText = ({ type, anyOf, enum: choices }: z.infer<typeof Property>): boolean =>
  choices === undefined && [type, ...(anyOf ?? []).map((each) => each.type)].flat().includes('string');

const makeValue = (name: string, { type, format, enum: choices }: z.infer<typeof Property>): unknown => {
  if (type === 'boolean') return true;
  if (type === 'integer') return 5;
  if (choices !== undefined) return choices[0];
  if (format === 'uuid') return randomUUID();
  if (format === 'email') return `${randomUUID()}@example.com`;
  if (name === 'cursor') return `2026-11-21T08:30:00.000Z_${randomUUID()}`;
  if (name === 'timeZone') return 'UTC';
  return name === 'token' ? 'x'.repeat(86) : `unlikely ${randomUUID()}`;
};

const describeInput = (schema: z.ZodType | undefined): Pick<CallableProcedure, 'makeInput' | 'textFields'> => {
  const { properties = {} } =
    schema === undefined ? {} : z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const fields = Object.entries(properties).map(([name, property]) => ({ name, property: Property.parse(property) }));
  return {
    makeInput: () => Object.fromEntries(fields.map(({ name, property }) => [name, makeValue(name, property)])),
    textFields: fields.filter(({ property }) => isText(property)).map(({ name }) => name),
  };
};

/** Every procedure of the router, ready to be called. */
export const listCallableProcedures = (): CallableProcedure[] =>
  listRestProcedures().map((procedure) => Object.assign(procedure, describeInput(procedure.input)));

interface CallOptions {
  token?: string;
  headers?: Record<string, string>;
}

/** The JSON goes out as it is written, so that it may hold a key twice, or `__proto__`. */
export const callTrpc = (
  client: Pick<WireClient, 'request' | 'send'>,
  procedure: Pick<RestProcedure, 'name' | 'type'>,
  { json, ...options }: CallOptions & { json: string },
): Promise<Answer> =>
  procedure.type === 'query'
    ? client.request(`/trpc/${procedure.name}?input=${encodeURIComponent(json)}`, options)
    : client.send(`/trpc/${procedure.name}`, json, options);

/** Over REST: what the path names goes there, the rest into the query string or the body. */
export const callRest = (
  client: Pick<WireClient, 'request' | 'send'>,
  procedure: RestProcedure,
  { json, ...options }: CallOptions & { json: string },
): Promise<Answer> => {
  const fields: unknown = JSON.parse(json);
  const input = new Map(Object.entries<unknown>(Object(fields)));
  const path = procedure.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(input.get(name));
    input.delete(name);
    // An address carries no lone surrogate.
    return encodeURIComponent(Buffer.from(value).toString());
  });
  if (procedure.type === 'query') {
    const query = new URLSearchParams(Array.from(input, ([name, value]): [string, string] => [name, String(value)]));
    return client.request(`/api${path}?${query.toString()}`, options);
  }
  return client.send(`/api${path}`, Object.fromEntries(input), { ...options, method: procedure.method.toUpperCase() });
};
