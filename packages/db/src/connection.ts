import { readFileSync } from 'node:fs';
import postgres from 'postgres';

/** Why a database URL cannot be used, in words that hold no part of the URL's password. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

/** What libpq calls a start parameter and PostgreSQL itself understands; Neon's pooler needs `options`. */
const STARTUP_PARAMETERS = ['application_name', 'options', 'search_path'] as const;

const readCertificate = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DatabaseUrlError(`its sslrootcert ${path} cannot be read`, { cause });
  }
};

/** libpq's `sslmode`; anything that asks for TLS also verifies the certificate, as RFC 9325 wants. */
const readTls = (parameters: URLSearchParams): boolean | 'prefer' | { rejectUnauthorized: true; ca?: string } => {
  const mode = parameters.get('sslmode') ?? (parameters.get('ssl') === 'true' ? 'require' : 'disable');
  switch (mode) {
    case 'disable':
      return false;
    case 'allow':
    case 'prefer':
      return 'prefer';
    case 'require':
    case 'verify-ca':
    case 'verify-full': {
      const rootCertificate = parameters.get('sslrootcert');
      if (rootCertificate === null || rootCertificate === 'system') return { rejectUnauthorized: true };
      return { rejectUnauthorized: true, ca: readCertificate(rootCertificate) };
    }
    default:
      throw new DatabaseUrlError(
        `sslmode=${mode} is not one of disable, allow, prefer, require, verify-ca, verify-full`,
      );
  }
};

/** postgres.js decodes both, and fails with words that name no variable. */
const isDecodable = ({ username, password }: URL): boolean => {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
};

const parseUrl = (url: string): URL => {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new DatabaseUrlError('it must begin with postgres:// or postgresql://');
  }
  if (!URL.canParse(url)) throw new DatabaseUrlError('it is not a URL (is a password percent-encoded?)');
  const parsed = new URL(url);
  if (!isDecodable(parsed)) throw new DatabaseUrlError('its user or password is not percent-encoded');
  if (parsed.pathname.length <= 1) throw new DatabaseUrlError('it names no database, as in postgres://host/docket');
  return parsed;
};

/** The URL without its user, password and parameters, fit for a log: `postgres://host:5432/docket`. */
export const describeDatabaseUrl = (url: string): string => {
  const { protocol, host, pathname } = parseUrl(url);
  return `${protocol}//${host}${pathname}`;
};

export interface ConnectionOptions {
  maxConnections: number;
  /**
   * Whether a pooler stands between. No statement is named then: in transaction mode the next one may go to another
   * connection of PostgreSQL, which does not know the name.
   */
  isPooled?: boolean;
}

/**
 * Opens a pool for a PostgreSQL URL as Neon and libpq write it. Nothing connects before the first query.
 *
 * @throws {DatabaseUrlError} where the URL cannot be used
 */
export const openConnection = (url: string, options: ConnectionOptions): postgres.Sql => {
  const { searchParams } = parseUrl(url);
  const bare = new URL(url);
  bare.search = '';
  const startup: Record<string, string> = { application_name: 'docket' };
  for (const name of STARTUP_PARAMETERS) {
    const value = searchParams.get(name);
    if (value !== null) startup[name] = value;
  }
  const socketFolder = searchParams.get('host');
  return postgres(bare.href, {
    ...(socketFolder === null ? {} : { host: socketFolder }),
    ssl: readTls(searchParams),
    max: options.maxConnections,
    prepare: options.isPooled !== true,
    connect_timeout: 4,
    // After an outage the first query tries again at once, not after postgres.js's growing pauses.
    backoff: () => 0.25,
    fetch_types: false,
    onnotice: () => {},
    connection: { ...startup, TimeZone: 'UTC', DateStyle: 'ISO, MDY' },
  });
};
