import { html, type Markup, renderProse } from './docs-page-markup.ts';
import { describeType, listLimits, makeSample, makeSampleBody, resolveSchema } from './docs-page-schema.ts';
import type { OpenAPIObject, Operation, SchemaOrReference } from './openapi-document.ts';

/** One operation of the document and where it is. */
export interface PlacedOperation {
  method: string;
  path: string;
  operation: Operation;
}

const JSON_TYPE = 'application/json';

/** Single quotes keep a shell from reading anything into the text. */
const quoteForShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What shows who calls: a token, the browser's cookie, or nothing. */
type Access = 'token' | 'cookie' | 'none';

const ACCESS_WORDS: Record<Access, string> = {
  token: 'Needs a token.',
  cookie: 'Needs the refresh cookie, and no token.',
  none: 'Needs no token.',
};

const readAccess = ({ security }: Operation): Access => {
  if (security === undefined) return 'none';
  return security.some((scheme) => 'refreshCookie' in scheme) ? 'cookie' : 'token';
};

/** A command to paste; `$TOKEN` and the file of cookies are the reader's own. */
export const writeCurl = (request: { method: string; url: string; access: Access; body?: unknown }): string => {
  const { method, url, access, body } = request;
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoteForShell(url)}`,
    ...(access === 'token' ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(access === 'cookie'
      ? [`-H ${quoteForShell(`Origin: ${new URL(url).origin}`)}`, '-b cookies.txt -c cookies.txt']
      : []),
    ...(body === undefined ? [] : [`-H 'Content-Type: application/json'`, `-d ${quoteForShell(JSON.stringify(body))}`]),
  ].join(' \\\n  ');
};

/** A block of code that the page's script gives a copy button. */
export const renderCode = (code: string): Markup => html`<pre class="code"><code>${code}</code></pre>`;

const renderField = (field: {
  name: string;
  facts: readonly string[];
  description: string | undefined;
  children: Markup | undefined;
}): Markup =>
  html`<li>
    <p class="field"><code class="name">${field.name}</code> <span class="facts">${field.facts.join(' · ')}</span></p>
    ${field.description === undefined ? undefined : html`<p class="note">${renderProse(field.description)}</p>`}
    ${field.children}
  </li> `;

/** Every field of an object, or of the objects in a list, with those of the objects inside it below each. */
export const renderFields = (
  document: OpenAPIObject,
  schema: SchemaOrReference,
  isInput: boolean,
): Markup | undefined => {
  const listed = resolveSchema(document, schema);
  const { properties, required = [] } = resolveSchema(document, listed.items ?? listed);
  if (properties === undefined || Object.keys(properties).length === 0) return undefined;
  const fields = Object.entries(properties).map(([name, field]) => {
    const resolved = resolveSchema(document, field);
    const presence = required.includes(name)
      ? isInput
        ? ['required']
        : []
      : [isInput ? 'optional' : 'not always there'];
    const facts = [describeType(document, field), ...presence, ...listLimits(document, field)];
    const children = renderFields(document, resolved, isInput);
    return renderField({ name, facts, description: resolved.description, children });
  });
  return html`<ul class="fields">
    ${fields}
  </ul>`;
};

const renderParameters = (document: OpenAPIObject, { parameters = [] }: Operation): Markup | undefined => {
  const fields = parameters.flatMap((parameter) => {
    if ('$ref' in parameter || parameter.schema === undefined) return [];
    const facts = [
      describeType(document, parameter.schema),
      `in the ${parameter.in}`,
      parameter.required === true ? 'required' : 'optional',
      ...listLimits(document, parameter.schema),
    ];
    return [renderField({ name: parameter.name, facts, description: parameter.description, children: undefined })];
  });
  if (fields.length === 0) return undefined;
  return html`<h4>Parameters</h4>
    <ul class="fields">
      ${fields}
    </ul>`;
};

const readBody = (document: OpenAPIObject, { requestBody }: Operation) => {
  if (requestBody === undefined || '$ref' in requestBody) return undefined;
  const { schema, example } = requestBody.content[JSON_TYPE] ?? {};
  if (schema === undefined) return undefined;
  const sample: unknown = example ?? makeSampleBody(document, schema);
  return { schema, sample };
};

const writeText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const writeUrl = (document: OpenAPIObject, { path, operation }: PlacedOperation, apiUrl: string): string => {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of operation.parameters ?? []) {
    if ('$ref' in parameter || parameter.schema === undefined) continue;
    const example: unknown = parameter.example;
    if (parameter.in === 'path') {
      const value = writeText(example ?? makeSample(document, parameter.schema));
      filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
    } else if (parameter.in === 'query' && example !== undefined) {
      query.set(parameter.name, writeText(example));
    }
  }
  return `${apiUrl}${filled}${query.size === 0 ? '' : `?${query.toString()}`}`;
};

const renderErrors = (document: OpenAPIObject, operation: Operation): Markup => {
  const rows = Object.entries(operation.responses ?? {}).flatMap(([status, response]: [string, unknown]) => {
    const reference =
      typeof response === 'object' && response !== null && '$ref' in response ? response.$ref : undefined;
    if (typeof reference !== 'string') return [];
    const code = reference.replace('#/components/responses/', '');
    const described = document.components?.responses?.[code];
    const when = described !== undefined && 'description' in described ? (described.description ?? '') : '';
    return [
      html`<li>
        <p class="field"><code class="name">${code}</code> <span class="facts">${status}</span></p>
        <p class="note">${renderProse(when)}</p>
      </li> `,
    ];
  });
  return html`<details>
    <summary>Errors</summary>
    <ul class="fields">
      ${rows}
    </ul>
  </details>`;
};

/** Everything that one needs to call an operation: what it takes, what it answers, how it fails, and a command to try. */
export const renderOperation = (document: OpenAPIObject, placed: PlacedOperation, apiUrl: string): Markup => {
  const { path, operation } = placed;
  const method = placed.method.toUpperCase();
  const id = operation.operationId ?? `${placed.method}-${path}`;
  const access = readAccess(operation);
  const body = readBody(document, operation);
  const success = operation.responses?.['200'];
  const answer: SchemaOrReference | undefined = success?.content?.[JSON_TYPE]?.schema;
  const sample = answer === undefined ? undefined : JSON.stringify(makeSample(document, answer), null, 2);
  return html`<section class="operation" id="${id}" aria-labelledby="${id}-title">
    <h3 id="${id}-title">
      <span class="summary">${operation.summary}</span>
      <code class="route"><b>${method}</b> ${apiUrl.replace(/^https?:\/\/[^/]+/, '')}${path}</code>
    </h3>
    <p class="access">
      ${ACCESS_WORDS[access]}${
        operation.description === undefined ? undefined : html` ${renderProse(operation.description)}`
      }
    </p>
    ${renderParameters(document, operation)}
    ${
      body === undefined
        ? undefined
        : html`<h4>Body</h4>
            ${renderFields(document, body.schema, true)}`
    }
    <h4>Example</h4>
    ${renderCode(writeCurl({ method, url: writeUrl(document, placed, apiUrl), access, body: body?.sample }))}
    <h4>Answer</h4>
    <p class="note">${renderProse(String(success?.description ?? ''))}</p>
    ${sample === undefined ? undefined : renderCode(sample)}
    ${
      answer === undefined
        ? undefined
        : html`<details>
            <summary>Fields of the answer</summary>
            ${renderFields(document, answer, false)}
          </details>`
    }
    ${renderErrors(document, operation)}
  </section> `;
};
