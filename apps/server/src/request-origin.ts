import type { IncomingMessage } from 'node:http';

type IsTrustedProxy = (address: string, hop: number) => boolean;

/** How this server is reached, as its environment says. */
export interface Edge {
  isTrustedProxy: IsTrustedProxy;
  /** Where people reach it; undefined where nobody said. */
  publicUrl: string | undefined;
  /** Origins besides our own whose pages may call. */
  corsOrigins: readonly string[];
}

const readHost = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

/**
 * Whether a page of ours, or of an allowed origin, sent the request. Browsers say so by `Sec-Fetch-Site`, but only on
 * https and localhost; elsewhere by the `Origin` that every POST has.
 */
export const isFromOwnPage = ({ headers }: IncomingMessage, edge: Edge): boolean => {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site === 'same-origin') return true;
  if (origin === undefined) return false;
  if (origin === edge.publicUrl || edge.corsOrigins.includes(origin)) return true;
  return site === undefined && host !== undefined && readHost(origin) === host.toLowerCase();
};

const isHttps = (origin: string | undefined): boolean => origin?.startsWith('https://') ?? false;

/**
 * Whether the browser reached us by https, through a proxy that ends it. Where `PUBLIC_URL` or a page of ours says so, no
 * header of a proxy takes it back: a cookie without `Secure` would go over plain http, too. Else the proxy next to the
 * browser says it, which wrote the first element, as Express reads it.
 */
export const isReachedByHttps = (request: IncomingMessage, edge: Edge): boolean => {
  if (isHttps(edge.publicUrl)) return true;
  if (isHttps(request.headers.origin) && isFromOwnPage(request, edge)) return true;
  const [protocol = ''] = request.headersDistinct['x-forwarded-proto']?.join().split(',') ?? [];
  return protocol.trim().toLowerCase() === 'https' && edge.isTrustedProxy(request.socket.remoteAddress ?? '', 0);
};
