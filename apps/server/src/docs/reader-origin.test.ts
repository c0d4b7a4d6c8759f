import { createServer, type IncomingHttpHeaders, request as sendRequest, type Server } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiDocument, createDocsPage } from './docs-page.ts';
import { describeApi } from './openapi-document.ts';
import { renderOnce } from './reader-origin.ts';

const PUBLIC_URL = 'https://docket.example';

let server: Server;
let port = 0;
beforeAll(async () => {
  const app = express().set('trust proxy', 'loopback');
  app.get('/api/openapi.json', createApiDocument(undefined)).use('/api/docs', createDocsPage(undefined));
  app
    .get('/public/api/openapi.json', createApiDocument(PUBLIC_URL))
    .use('/public/api/docs', createDocsPage(PUBLIC_URL));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.close();
});

const get = (path: string, headers: Record<string, string>): Promise<{ headers: IncomingHttpHeaders; body: string }> =>
  new Promise((resolve, reject) => {
    sendRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });

const PATHS = ['/api/docs', '/api/openapi.json'];

describe.each(PATHS)('%s', (path) => {
  test.each([
    ['the host that was called', { host: 'tasks.example:8080' }, 'http://tasks.example:8080/api'],
    ['another one at the next call', { host: '[2001:db8::1]:3000' }, 'http://[2001:db8::1]:3000/api'],
    [
      'https, as a trusted proxy says',
      { host: 'tasks.example', 'x-forwarded-proto': 'https' },
      'https://tasks.example/api',
    ],
    ['no other protocol', { host: 'tasks.example', 'x-forwarded-proto': 'javascript' }, 'http://tasks.example/api'],
    ['no host that a shell would read', { host: 'x"><script>$(id)' }, 'http://localhost/api'],
  ])('names %s', async (_, headers, url) => {
    const { body } = await get(path, headers);
    expect(body).toContain(url);
    expect(body).not.toMatch(/\$\(id\)|docket\.invalid|javascript:/);
  });

  test('names the public URL, whatever host was called', async () => {
    const { body } = await get(`/public${path}`, { host: 'evil.example' });
    expect(body).toContain(`${PUBLIC_URL}/api`);
    expect(body).not.toContain('evil.example');
  });

  test('tells caches that it depends on the host', async () => {
    const { headers } = await get(path, { host: 'tasks.example' });
    expect(headers).toMatchObject({ vary: expect.stringMatching(/host/i), 'cache-control': 'no-cache' });
  });
});

test('the document is what was described for the address', async () => {
  const { body } = await get('/api/openapi.json', { host: 'tasks.example', 'x-forwarded-proto': 'https' });
  expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(describeApi('https://tasks.example/api'))));
});

test('a page is rendered once a protocol, however many hosts are called', () => {
  const rendered: string[] = [];
  const render = renderOnce((apiUrl) => {
    rendered.push(apiUrl);
    return `Call ${apiUrl}.`;
  });
  for (const host of ['a.example', 'b.example', 'a.example']) {
    expect(render(`http://${host}`)).toBe(`Call http://${host}/api.`);
    expect(render(`https://${host}`)).toBe(`Call https://${host}/api.`);
  }
  expect(rendered).toHaveLength(2);
});
