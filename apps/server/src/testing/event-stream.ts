import { expect } from 'vitest';

/** One event as it came over the wire. */
interface StreamEvent {
  event: string;
  id: string | undefined;
  data: unknown;
}

export interface EventStream {
  status: number;
  headers: Headers;
  /** The next event; null at the end. Fails where the connection breaks. */
  next(): Promise<StreamEvent | null>;
  close(): void;
}

const parseEvent = (block: string): StreamEvent => {
  const fields = new Map(
    block.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
  );
  const data = fields.get('data') ?? '';
  return { event: fields.get('event') ?? 'message', id: fields.get('id'), data: data === '' ? '' : JSON.parse(data) };
};

/** Opens `sync.changes` over the wire and reads it event by event. */
export const openStream = async (
  origin: string,
  token: string,
  options: { headers?: Record<string, string>; query?: string } = {},
): Promise<EventStream> => {
  const controller = new AbortController();
  const response = await fetch(`${origin}/trpc/sync.changes${options.query ?? ''}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...options.headers },
    signal: controller.signal,
  });
  const blocks = (async function* () {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const block = text.slice(0, end).trim();
        text = text.slice(end + 2);
        if (block !== '') yield parseEvent(block);
      }
    }
  })();
  return {
    status: response.status,
    headers: response.headers,
    async next() {
      const { done, value } = await blocks.next();
      return done === true ? null : value;
    },
    close: () => controller.abort(),
  };
};

/** What a stream says when it is refused or ended. */
export const describeStreamError = (code: string, httpStatus: number): object => ({
  event: 'serialized-error',
  data: {
    message: expect.any(String),
    data: { code, httpStatus, path: 'sync.changes', requestId: expect.any(String) },
  },
});
