import { type Request, type RequestHandler, type Response, Router } from 'express';
import { DOCS_SCRIPT, DOCS_STYLE } from './docs-page-assets.ts';
import { renderDocsPage } from './docs-page-html.ts';
import { describeApi } from './openapi-document.ts';
import { readOrigin, renderOnce } from './reader-origin.ts';

/** Both differ by host, and are asked for again after each release. */
const startAnswer = (response: Response): Response => response.vary('host').set('cache-control', 'no-cache');

/** The API for programs to read. */
export const createApiDocument = (publicUrl: string | undefined): RequestHandler => {
  const render = renderOnce((apiUrl) => JSON.stringify(describeApi(apiUrl)));
  return (request, response) => {
    startAnswer(response)
      .type('json')
      .send(render(readOrigin(request, publicUrl)));
  };
};

/** The API for people to read: a page, its style and its script, all from here and nothing inline. */
export const createDocsPage = (publicUrl: string | undefined): Router => {
  const docs = Router();
  const render = renderOnce((apiUrl) => renderDocsPage(describeApi(apiUrl), apiUrl, '/api/docs'));
  docs.get('/', (request: Request, response: Response) => {
    startAnswer(response)
      .type('html')
      .send(render(readOrigin(request, publicUrl)));
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
