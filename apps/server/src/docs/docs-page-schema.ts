import type { OpenAPIObject, Schema, SchemaOrReference } from './openapi-document.ts';

/** Finds what a `$ref` to a component's schema points at. */
export const resolveSchema = (document: OpenAPIObject, schema: SchemaOrReference): Schema => {
  if (!('$ref' in schema)) return schema;
  const found = document.components?.schemas?.[schema.$ref.replace('#/components/schemas/', '')];
  if (found === undefined || '$ref' in found) throw new Error(`${schema.$ref} points at nothing`);
  return found;
};

const listTypes = (document: OpenAPIObject, schema: SchemaOrReference): string[] => {
  const resolved = resolveSchema(document, schema);
  if (resolved.anyOf !== undefined) return resolved.anyOf.flatMap((each) => listTypes(document, each));
  const { type = 'any', format, items } = resolved;
  const types: string[] = Array.isArray(type) ? type : [type];
  return types.map((each) => {
    if (each === 'array' && items !== undefined) return `list of ${listTypes(document, items).join(' or ')}`;
    return each === 'string' && format !== undefined ? `string (${format})` : each;
  });
};

/** `string (uuid)`, `string or null`, `list of object`. */
export const describeType = (document: OpenAPIObject, schema: SchemaOrReference): string =>
  [...new Set(listTypes(document, schema))].join(' or ');

const describeRange = (unit: string, least: number | undefined, most: number | undefined): string[] => {
  const [from, to] = [least?.toLocaleString('en'), most?.toLocaleString('en')];
  if (from !== undefined && to !== undefined) return [`${from} to ${to}${unit}`];
  if (to !== undefined) return [`at most ${to}${unit}`];
  return from === undefined ? [] : [`at least ${from}${unit}`];
};

/** `1 to 500 characters`, `default 50`, `always "bearer"`: in the order in which one asks. */
export const listLimits = (document: OpenAPIObject, schema: SchemaOrReference): string[] => {
  const resolved = resolveSchema(document, schema);
  return [
    ...describeRange(' characters', resolved.minLength, resolved.maxLength),
    ...describeRange('', resolved.minimum, resolved.maximum),
    ...(resolved.const === undefined ? [] : [`always ${JSON.stringify(resolved.const)}`]),
    ...(resolved.default === undefined ? [] : [`default ${JSON.stringify(resolved.default)}`]),
  ];
};

const SAMPLE_TEXTS: Record<string, string> = {
  uuid: '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11',
  email: 'ada@example.com',
  date: '2026-11-21',
  'date-time': '2026-11-21T08:30:00.000Z',
};

/** A value that the schema describes: its own example, else its constant or default, else one made from its type. */
export const makeSample = (document: OpenAPIObject, schema: SchemaOrReference): unknown => {
  const resolved = resolveSchema(document, schema);
  const told: unknown[] = [...(resolved.examples ?? []), resolved.const, resolved.default, ...(resolved.enum ?? [])];
  const known = told.find((value) => value !== undefined);
  if (known !== undefined) return known;
  const [alternative] = resolved.anyOf ?? [];
  if (alternative !== undefined) return makeSample(document, alternative);
  const type = Array.isArray(resolved.type) ? resolved.type[0] : resolved.type;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(resolved.properties ?? {}).map(([name, field]) => [name, makeSample(document, field)]),
      );
    case 'array':
      return resolved.items === undefined ? [] : [makeSample(document, resolved.items)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return resolved.minimum ?? 1;
    case 'string':
      return SAMPLE_TEXTS[resolved.format ?? ''] ?? 'text';
    case 'null':
    case undefined:
    default:
      return null;
  }
};

/** The body that an example sends: the document's own, else the fields that are required. */
export const makeSampleBody = (document: OpenAPIObject, schema: SchemaOrReference): Record<string, unknown> => {
  const { properties = {}, required = [] } = resolveSchema(document, schema);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name))
      .map(([name, field]) => [name, makeSample(document, field)]),
  );
};
