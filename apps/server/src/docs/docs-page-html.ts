import { html, type Markup, renderProse } from './docs-page-markup.ts';
import { type PlacedOperation, renderCode, renderFields, renderOperation, writeCurl } from './docs-page-operation.ts';
import type { OpenAPIObject, PathItem } from './openapi-document.ts';
import { ERRORS, SHOWN_ACCOUNT } from './openapi-document-notes.ts';

const METHODS = ['get', 'post', 'patch', 'delete'] as const;

const listOperations = (document: OpenAPIObject): PlacedOperation[] =>
  Object.entries<PathItem>(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );

/** The operations by the noun that they are about, in the document's order. */
const groupByTag = (operations: readonly PlacedOperation[]): Map<string, PlacedOperation[]> => {
  const groups = new Map<string, PlacedOperation[]>();
  for (const placed of operations) {
    const tag = placed.operation.tags?.[0] ?? 'other';
    groups.set(tag, [...(groups.get(tag) ?? []), placed]);
  }
  return groups;
};

const TAG_TITLES: Record<string, string> = { auth: 'Sign-in and passwords' };

const nameTag = (tag: string): string => TAG_TITLES[tag] ?? `${tag.charAt(0).toUpperCase()}${tag.slice(1)}`;

const renderSignIn = (apiUrl: string): Markup =>
  html`<section id="signing-in" aria-labelledby="signing-in-title">
    <h2 id="signing-in-title">Signing in</h2>
    <p>Send the e-mail address and the password:</p>
    ${renderCode(writeCurl({ method: 'POST', url: `${apiUrl}/auth/login`, access: 'none', body: SHOWN_ACCOUNT }))}
    <p>The answer holds a token that is good for seven days:</p>
    ${renderCode('{"access_token": "<token>", "token_type": "bearer"}')}
    <p>
      ${renderProse('Send it with every call that needs one, as `Authorization: Bearer <token>`. The examples below read it from the variable `TOKEN`:')}
    </p>
    ${renderCode("export TOKEN='<token>'")}
    <p>
      ${renderProse('Each sign-in begins a session, so keep the token. Signing out ends its session at once. From then on the token answers `UNAUTHORIZED`.')}
    </p>
  </section> `;

const renderBrowsers = (document: OpenAPIObject): Markup => {
  const cookie = document.components?.securitySchemes?.['refreshCookie'];
  const name = cookie !== undefined && 'name' in cookie ? cookie.name : undefined;
  return html`<section id="browsers" aria-labelledby="browsers-title">
    <h2 id="browsers-title">Browsers and the refresh cookie</h2>
    <p>
      ${renderProse(`Signing up and signing in also set the cookie \`${name ?? ''}\`. No script can read it, no other site can send it, and a browser keeps it for 14 days. The pages of Docket keep the token in memory only, and after a reload they get another by that cookie.`)}
    </p>
    <p>
      Other services need no cookie: they have their token. To try the cookie by hand, have curl keep it while you sign
      in, with <code>-c cookies.txt</code>.
    </p>
  </section> `;
};

const ERROR_EXAMPLE = {
  message: 'The title needs at least one visible character.',
  code: 'BAD_REQUEST',
  data: {
    code: 'BAD_REQUEST',
    httpStatus: 400,
    path: 'tasks.create',
    requestId: '3f0c7a52-5f0e-4d0c-9a39-0b8c4c7f8d11',
    fieldErrors: { title: ['The title needs at least one visible character.'] },
  },
};

const renderErrorGuide = (document: OpenAPIObject): Markup => {
  const codes = Object.entries(ERRORS).map(
    ([code, { status, when }]) =>
      html`<li>
        <p class="field"><code class="name">${code}</code> <span class="facts">${status}</span></p>
        <p class="note">${renderProse(when)}</p>
      </li> `,
  );
  return html`<section id="errors" aria-labelledby="errors-title">
    <h2 id="errors-title">Errors</h2>
    <p>${renderProse('Every error has the same shape. Switch on `code`; `message` is for people and may change.')}</p>
    ${renderCode(JSON.stringify(ERROR_EXAMPLE, null, 2))}
    ${renderFields(document, { $ref: '#/components/schemas/Error' }, false)}
    <p>
      ${renderProse('A response with `retryAfterSeconds` says the same in the header `Retry-After`; a 401 carries `WWW-Authenticate: Bearer`. Every response carries `X-Request-Id`.')}
    </p>
    <h3>Codes</h3>
    <ul class="fields">
      ${codes}
    </ul>
  </section> `;
};

const renderPaging = (apiUrl: string): Markup => {
  const page = (cursor: string): string =>
    writeCurl({ method: 'GET', url: `${apiUrl}/tasks?limit=50${cursor}`, access: 'token' });
  return html`<section id="paging" aria-labelledby="paging-title">
    <h2 id="paging-title">Paging</h2>
    <p>
      ${renderProse('A list answers one page and `nextCursor`. Send that as `cursor` for the next page, with the same filters, until it is null. Pages do not shift when tasks are added or deleted in between.')}
    </p>
    ${renderCode(page(''))} ${renderCode(page('&cursor=2026-11-21T08:30:00.000Z_018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11'))}
  </section> `;
};

const GUIDES = [
  ['signing-in', 'Signing in'],
  ['browsers', 'Browsers'],
  ['errors', 'Errors'],
  ['paging', 'Paging'],
] as const;

const renderContents = (groups: Map<string, PlacedOperation[]>): Markup => {
  const operations = [...groups].map(
    ([tag, placed]) =>
      html`<li>
        <a href="#${tag}">${nameTag(tag)}</a>
        <ul>
          ${placed.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`)}
        </ul>
      </li>`,
  );
  return html`<nav aria-label="Contents">
    <ul>
      ${GUIDES.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}${operations}
    </ul>
  </nav>`;
};

/** The whole page, from the document alone. `apiUrl` ends in `/api`; `docsPath` is where this page's own files are. */
export const renderDocsPage = (document: OpenAPIObject, apiUrl: string, docsPath: string): string => {
  const groups = groupByTag(listOperations(document));
  const sections = [...groups].map(
    ([tag, placed]) =>
      html`<section id="${tag}" aria-labelledby="${tag}-title">
        <h2 id="${tag}-title">${nameTag(tag)}</h2>
        ${placed.map((each) => renderOperation(document, each, apiUrl))}
      </section> `,
  );
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="How to call Docket over HTTP." />
        <title>Docket API</title>
        <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
        <link rel="stylesheet" href="${docsPath}/style.css" />
        <script src="${docsPath}/copy.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <h1>Docket API</h1>
          <p>${renderProse(document.info.description ?? '')}</p>
          <p>
            All addresses begin with <code>${apiUrl}</code>. The same description for programs is at
            <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).
          </p>
        </header>
        ${renderContents(groups)}
        <main id="content" tabindex="-1">
          ${renderSignIn(apiUrl)}${renderBrowsers(document)}${renderErrorGuide(document)}${renderPaging(apiUrl)}${sections}
        </main>
      </body>
    </html> `;
  return page.text;
};
