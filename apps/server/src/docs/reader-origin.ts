import type { Request } from 'express';

/** A name or an address with a port and nothing that a shell would read. */
const PLAIN_HOST = /^[\w.:[\]-]+$/;

/** Where the reader reaches this server, so that examples can be pasted as they are. */
export const readOrigin = (request: Request, publicUrl: string | undefined): string => {
  if (publicUrl !== undefined) return publicUrl;
  const host = request.get('host') ?? '';
  return `${request.secure ? 'https' : 'http'}://${PLAIN_HOST.test(host) ? host : 'localhost'}`;
};

const PLACEHOLDER = 'docket.invalid';

/**
 * Renders once for http and once for https, and from then on only puts the host in: rendering takes ten milliseconds,
 * and whoever calls chooses the host.
 */
export const renderOnce = (render: (apiUrl: string) => string): ((origin: string) => string) => {
  const rendered = new Map<string, string>();
  return (origin) => {
    const [protocol = '', host = ''] = origin.split('//');
    const text = rendered.get(protocol) ?? render(`${protocol}//${PLACEHOLDER}/api`);
    rendered.set(protocol, text);
    return text.replaceAll(PLACEHOLDER, () => host);
  };
};
