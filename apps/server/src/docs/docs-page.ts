import { type Request, type Response, Router } from 'express';
import { DOCS_SCRIPT, DOCS_STYLE } from './docs-page-assets.ts';
import { renderDocsPage } from './docs-page-html.ts';
import { describeApi } from './openapi-document.ts';

/** A name or an address with a port and nothing that a shell would read. */
const PLAIN_HOST = /^[\w.:[\]-]+$/;

/** Where the reader reaches this server, so that the examples can be pasted as they are. */
const readApiUrl = (request: Request): string => {
  const host = request.get('host') ?? '';
  return `${request.protocol}://${PLAIN_HOST.test(host) ? host : 'localhost'}/api`;
};

/** The API for people to read: a page, its style and its script, all from here and nothing inline. */
export const createDocsPage = (): Router => {
  const docs = Router();
  docs.get('/', (request: Request, response: Response) => {
    const apiUrl = readApiUrl(request);
    response.setHeader('cache-control', 'no-cache');
    response
      .vary('host')
      .type('html')
      .send(renderDocsPage(describeApi(apiUrl), apiUrl, request.baseUrl));
  });
  docs.get('/style.css', (_request: Request, response: Response) => {
    response.setHeader('cache-control', 'no-cache');
    response.type('css').send(DOCS_STYLE);
  });
  docs.get('/copy.js', (_request: Request, response: Response) => {
    response.setHeader('cache-control', 'no-cache');
    response.type('js').send(DOCS_SCRIPT);
  });
  return docs;
};
