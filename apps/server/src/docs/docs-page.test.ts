import { createServer, request as sendRequest, type Server } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocsPage } from './docs-page.ts';
import { html } from './docs-page-markup.ts';
import { renderOperation, writeCurl } from './docs-page-operation.ts';
import { describeApi, findOperation } from './openapi-document.ts';
import { listRestProcedures } from '../rest-procedures.ts';

let server: Server;
let port = 0;

const get = (path: string, host?: string): Promise<{ status: number; type: string; body: string }> =>
  new Promise((resolve, reject) => {
    const headers = { host: host ?? `127.0.0.1:${port}` };
    sendRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
      );
    })
      .on('error', reject)
      .end();
  });

beforeAll(async () => {
  server = createServer(express().use('/api/docs', createDocsPage(undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterAll(() => {
  server.close();
});

describe('the docs page', () => {
  test('shows every operation with its method, path, token and example', async () => {
    const { status, type, body } = await get('/api/docs');
    expect(status).toBe(200);
    expect(type).toContain('text/html');
    for (const procedure of listRestProcedures()) {
      const { operationId, summary } = findOperation(describeApi('/api'), procedure);
      const section = body
        .slice(body.indexOf(`<section class="operation" id="${operationId}"`))
        .split('</section>', 1)[0];
      expect(section).toContain(`<b>${procedure.method.toUpperCase()}</b> /api${procedure.path}`);
      expect(section).toContain(summary);
      const isForBrowsers = ['auth.refresh', 'auth.endCookieSession'].includes(procedure.name);
      const withoutToken = isForBrowsers ? 'Needs the refresh cookie, and no token.' : 'Needs no token.';
      expect(section).toContain(procedure.isProtected ? 'Needs a token.' : withoutToken);
      expect(section).toContain('curl ');
      expect(section).toContain('SERVICE_UNAVAILABLE');
      // Lists too: what an answer holds is told field by field.
      expect(section).toMatch(/Fields of the answer<\/summary>\s*<ul class="fields">\s*<li>/);
    }
  });

  test('groups the operations by what they are about, signing in first', async () => {
    const { body } = await get('/api/docs');
    const titles = [...body.matchAll(/<h2 id="[\w-]+-title">([^<]+)<\/h2>/g)].map(([, title]) => title);
    expect(titles.slice(-5)).toEqual(['Sign-in and passwords', 'Sessions', 'Account', 'Tasks', 'Sync']);
    const tags = [...body.matchAll(/<section class="operation" id="([^"]+)"/g)].map(([, id]) => {
      const procedure = listRestProcedures().find(({ name }) => name.replaceAll('.', '-') === id);
      return procedure && findOperation(describeApi('/api'), procedure).tags?.[0];
    });
    expect(tags).toHaveLength(listRestProcedures().length);
    expect(tags.filter((tag, index) => tag !== tags[index - 1])).toEqual([
      'auth',
      'sessions',
      'account',
      'tasks',
      'sync',
    ]);
  });

  test('holds nothing that its content security policy would refuse', async () => {
    const { body } = await get('/api/docs');
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
    expect(body.match(/<script\b[^>]*>[^<]*<\/script>/g)).toEqual(['<script src="/api/docs/copy.js" defer></script>']);
    const addresses = [...body.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.filter((address) => !/^[#/](?!\/)/.test(address ?? ''))).toEqual([]);
  });

  test('links only to places on the page that exist, each once', async () => {
    const { body } = await get('/api/docs');
    const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of body.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    expect(body.match(/<h1/g)).toHaveLength(1);
    expect(body.match(/<main/g)).toHaveLength(1);
  });

  test('shows how to sign in and what that answers', async () => {
    const { body } = await get('/api/docs');
    expect(body).toContain(`curl -X POST &#39;http://127.0.0.1:${port}/api/auth/login&#39;`);
    expect(body).toContain(
      '{&quot;access_token&quot;: &quot;&lt;token&gt;&quot;, &quot;token_type&quot;: &quot;bearer&quot;}',
    );
    expect(body).toContain('href="/api/openapi.json"');
  });

  test('takes nothing from a forged Host header into a command', async () => {
    const { body } = await get('/api/docs', 'x"><script>alert(1)</script>$(id)');
    expect(body).not.toContain('alert(1)');
    expect(body).toContain('http://localhost/api');
  });

  test('serves its style and its script as files of their own', async () => {
    expect(await get('/api/docs/style.css')).toMatchObject({ status: 200, type: expect.stringContaining('text/css') });
    expect(await get('/api/docs/copy.js')).toMatchObject({
      status: 200,
      type: expect.stringContaining('text/javascript'),
    });
    expect((await get('/api/docs/nothing')).status).toBe(404);
  });
});

test('values are escaped, markup is not', () => {
  expect(html`<p title="${'"'}">${"<b>&'"}${html`<i>${'x'}</i>`}${[1, undefined, '>']}</p>`.text).toBe(
    '<p title="&quot;">&lt;b&gt;&amp;&#39;<i>x</i>1&gt;</p>',
  );
});

test('text of the document is escaped wherever it appears', () => {
  const attack = '<img src=x onerror=alert(1)>';
  const { text } = renderOperation(
    describeApi('/api'),
    {
      method: 'post',
      path: '/things',
      operation: {
        operationId: 'things-create',
        summary: attack,
        description: attack,
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { [attack]: { type: 'string', description: attack } },
                required: [attack],
              },
            },
          },
        },
        responses: { '200': { description: attack } },
      },
    },
    'http://localhost/api',
  );
  expect(text).not.toContain('<img');
});

test('an example with a quote in it is still one argument to a shell', () => {
  expect(
    writeCurl({ method: 'POST', url: 'http://localhost/api/tasks', access: 'token', body: { title: "Ada's" } }),
  ).toBe(
    [
      "curl -X POST 'http://localhost/api/tasks'",
      '-H "Authorization: Bearer $TOKEN"',
      "-H 'Content-Type: application/json'",
      `-d '{"title":"Ada'\\''s"}'`,
    ].join(' \\\n  '),
  );
});
