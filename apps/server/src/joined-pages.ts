import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const Page = z.looseObject({ next: z.string().nullable() });
const Items = z.array(z.unknown());

/** The fields of the first page, then the items of one page after the other, each read when the one before was taken. */
async function* writeDocument(
  first: unknown,
  { list, readNext }: { list: string; readNext: (cursor: string) => Promise<unknown> },
): AsyncGenerator<string> {
  const { next: _, [list]: __, ...fields } = Page.parse(first);
  yield `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`)
    .join('')}${JSON.stringify(list)}:[`;
  let separator = '';
  for (let page = Page.parse(first); ; page = Page.parse(await readNext(page.next))) {
    const items = Items.parse(page[list]);
    if (items.length > 0) yield separator + items.map((item) => JSON.stringify(item)).join(',');
    if (items.length > 0) separator = ',';
    if (page.next === null) break;
  }
  yield '],"next":null}';
}

/**
 * Sends the pages of a list as one JSON document, and never holds more than one of them. Rejects where a later page cannot be
 * read or nobody is there any more; the connection is cut then, so that nobody takes half of it for the whole.
 */
export const sendJoinedPages = async (
  response: ServerResponse,
  first: unknown,
  options: { list: string; readNext: (cursor: string) => Promise<unknown> },
): Promise<void> => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  await pipeline(Readable.from(writeDocument(first, options), { highWaterMark: 1 }), response);
};
