/** Browsers carry at most 64 KiB of unanswered `keepalive` bodies. */
const KEEPALIVE_MAX_CHARACTERS = 16_000;

/** tRPC's own body type allows more than its links ever send. */
type Init = Omit<RequestInit, 'body' | 'signal'> & { body?: unknown; signal?: AbortSignal | null | undefined };

/**
 * A `fetch` for tRPC's links that gives up after so long. A change that is under way outlives the page that made it,
 * unless `isBound`: then nothing of it is sent on once it is aborted.
 */
export const createFetchInTime =
  (timeoutMilliseconds: number, { isBound = false } = {}) =>
  async (url: RequestInfo | URL | string, { body, signal, ...init }: Init = {}): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeoutMilliseconds);
    const text = typeof body === 'string' ? body : null;
    return fetch(url, {
      ...init,
      credentials: 'same-origin',
      body: text,
      keepalive: !isBound && init.method === 'POST' && (text?.length ?? 0) <= KEEPALIVE_MAX_CHARACTERS,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  };
