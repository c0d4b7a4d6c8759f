import postgres from 'postgres';
import { SUPERUSER } from './cluster.ts';
import { EmbeddedPostgresError, readErrorCode } from './errors.ts';

const DATABASE = 'docket';

const connect = (port: number, password: string, database: string) =>
  postgres({
    host: '127.0.0.1',
    port,
    username: SUPERUSER,
    password,
    database,
    ssl: false,
    max: 1,
    connect_timeout: 10,
    onnotice: () => undefined,
  });

/** The URL of the application's database. It holds the password. */
export const databaseUrl = (port: number, password: string): string =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;

/**
 * Makes sure that the application's database is there and that the password opens it; answers whether it was created.
 * Throws EmbeddedPostgresError when the password is not the one that the cluster was made with.
 */
export const ensureDatabase = async (port: number, password: string): Promise<boolean> => {
  const sql = connect(port, password, DATABASE);
  try {
    await sql`select 1`;
    return false;
  } catch (error) {
    // invalid_password
    if (readErrorCode(error) === '28P01') {
      throw new EmbeddedPostgresError(
        'The password in the file postgres-password is not the one of the database beside it. Put the right file back, or set DATABASE_URL.',
        { cause: error },
      );
    }
    // invalid_catalog_name: there is no such database
    if (readErrorCode(error) !== '3D000') throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
  const maintenance = connect(port, password, 'postgres');
  try {
    await maintenance`create database ${maintenance(DATABASE)}`;
    return true;
  } finally {
    await maintenance.end({ timeout: 1 });
  }
};
