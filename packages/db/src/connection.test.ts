import { inspect } from 'node:util';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { DatabaseUrlError, describeDatabaseUrl, openConnection } from './connection.ts';

const PASSWORD = 'npg_Secret123';
const neon = `postgresql://neondb_owner:${PASSWORD}@ep-cool-darkness-a1b2c3d4-pooler.eu-central-1.aws.neon.tech/neondb`;

const open = (url: string) => {
  const connection = openConnection(url, { maxConnections: 1 });
  onTestFinished(() => connection.end({ timeout: 0 }));
  return connection;
};

const addParameters = (parameters: string): string => `${inject('postgresUrl')}?${parameters}`;

/** All that a log could show of the failure, its stack and its causes among it. */
const inspectFailure = (run: () => unknown): string => {
  try {
    run();
    return '';
  } catch (error) {
    return inspect(error, { showHidden: true, depth: null });
  }
};

describe('openConnection', () => {
  test('takes Neon`s URL as copied, and verifies the certificate', () => {
    const { options } = open(`${neon}?sslmode=require&channel_binding=require`);
    expect(options).toMatchObject({
      host: ['ep-cool-darkness-a1b2c3d4-pooler.eu-central-1.aws.neon.tech'],
      port: [5432],
      database: 'neondb',
      user: 'neondb_owner',
      ssl: { rejectUnauthorized: true },
      fetch_types: false,
    });
    expect(options.connection).toEqual({ application_name: 'docket', TimeZone: 'UTC', DateStyle: 'ISO, MDY' });
  });

  test.each([
    ['sslmode=disable', false],
    ['', false],
    ['ssl=false', false],
    ['sslmode=allow', 'prefer'],
    ['sslmode=prefer', 'prefer'],
    ['ssl=true', { rejectUnauthorized: true }],
    ['sslmode=require', { rejectUnauthorized: true }],
    ['sslmode=verify-ca', { rejectUnauthorized: true }],
    ['sslmode=verify-full', { rejectUnauthorized: true }],
    ['sslmode=verify-full&sslrootcert=system', { rejectUnauthorized: true }],
  ])('reads %j as libpq would, or stricter', (parameters, ssl) => {
    expect(open(`${neon}?${parameters}`).options.ssl).toEqual(ssl);
  });

  test('trusts the certificate that the URL names', () => {
    const file = encodeURIComponent(import.meta.filename);
    const { ssl } = open(`${neon}?sslmode=verify-full&sslrootcert=${file}`).options;
    expect(ssl).toEqual({ rejectUnauthorized: true, ca: expect.stringContaining('trusts the certificate') });
  });

  test('sends PostgreSQL nothing that only libpq knows', async () => {
    const libpq = 'channel_binding=prefer&sslmode=disable&gssencmode=disable&target_session_attrs=any&pgbouncer=true';
    const connection = open(addParameters(libpq));
    expect(await connection`select 1 as one`).toEqual([{ one: 1 }]);
  });

  test('passes on what PostgreSQL knows', async () => {
    const connection = open(
      addParameters('application_name=worker&search_path=elsewhere&options=-c%20statement_timeout%3D4321'),
    );
    const [row] = await connection`
      select current_setting('application_name') as name, current_setting('search_path') as path,
        current_setting('statement_timeout') as timeout`;
    expect(row).toEqual({ name: 'worker', path: 'elsewhere', timeout: '4321ms' });
  });

  test('has a session in UTC that writes dates as ISO 8601, whatever the URL says', async () => {
    const connection = open(addParameters('options=-c%20TimeZone%3DAsia/Tokyo%20-c%20DateStyle%3DGerman'));
    const [row] = await connection`
      select timestamptz '2026-11-21 08:30:00.5Z' ::text as instant, current_setting('application_name') as name`;
    expect(row).toEqual({ instant: '2026-11-21 08:30:00.5+00', name: 'docket' });
  });

  test.each(['sslmode=allow', 'sslmode=prefer'])('with %s goes on without TLS where there is none', async (mode) => {
    expect(await open(addParameters(mode))`select 1 as one`).toEqual([{ one: 1 }]);
  });

  test('with sslmode=require never goes on without TLS', async () => {
    await expect(open(addParameters('sslmode=require'))`select 1`).rejects.toThrow();
  });

  test.each([
    ['an sslmode that libpq does not have', `${neon}?sslmode=on`, /^sslmode=on is not one of disable, /],
    ['an empty sslmode', `${neon}?sslmode=`, /^sslmode= is not one of /],
    ['another scheme', neon.replace('postgresql:', 'mysql:'), /must begin with postgres:\/\//],
    ['no scheme', neon.replace('postgresql://', ''), /must begin with postgres:\/\//],
    ['a scheme in capitals', neon.replace('postgresql', 'POSTGRESQL'), /must begin with postgres:\/\//],
    ['quotation marks', `'${neon}'`, /must begin with postgres:\/\//],
    ['no database', neon.replace(/neondb$/, ''), /names no database/],
    ['a parameter in place of a database', neon.replace(/neondb$/, '?sslmode=require'), /names no database/],
    ['a port that is none', neon.replace('.tech', '.tech:port'), /is not a URL/],
    ['a bare percent sign in the password', neon.replace(PASSWORD, `${PASSWORD}%zz`), /not percent-encoded/],
    ['a slash in the password', neon.replace(PASSWORD, `${PASSWORD}/x`), /is not a URL/],
  ])('refuses %s without giving the password away', (_, url, message) => {
    const run = () => openConnection(url, { maxConnections: 1 });
    expect(run).toThrow(DatabaseUrlError);
    expect(run).toThrow(message);
    expect(inspectFailure(run)).toContain('DatabaseUrlError');
    expect(inspectFailure(run)).not.toContain(PASSWORD);
  });
});

describe('describeDatabaseUrl', () => {
  test('leaves out user, password and parameters', () => {
    const url = `postgres://ada:${PASSWORD}@db.example.com:6543/docket?sslmode=require&password=${PASSWORD}#${PASSWORD}`;
    expect(describeDatabaseUrl(url)).toBe('postgres://db.example.com:6543/docket');
  });

  test('leaves out a password that holds an @', () => {
    expect(describeDatabaseUrl('postgres://ada:p@ss@db.example.com/docket')).toBe('postgres://db.example.com/docket');
    expect(describeDatabaseUrl('postgres://ada:p%40ss@[::1]/docket')).toBe('postgres://[::1]/docket');
  });

  test.each([neon.replace(/neondb$/, ''), neon.replace('postgresql:', 'mysql:'), neon.replace('.tech', '.tech:port')])(
    'refuses what cannot be opened, without giving the password away: %#',
    (url) => {
      expect(() => describeDatabaseUrl(url)).toThrow(DatabaseUrlError);
      expect(inspectFailure(() => describeDatabaseUrl(url))).not.toContain(PASSWORD);
    },
  );

  test('describes what has neither', () => {
    expect(describeDatabaseUrl('postgresql:///docket?host=/run/postgresql')).toBe('postgresql:///docket');
  });
});
