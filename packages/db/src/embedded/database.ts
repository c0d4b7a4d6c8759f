import postgres from 'postgres';
import { SUPERUSER } from './cluster.ts';
import { EmbeddedPostgresError, readErrorCode } from './errors.ts';

const DATABASE = 'docket';
/** Who owns the application's database and may do nothing beyond it. */
const SERVER_ROLE = 'docket_server';

/** The passwords of a cluster's two roles. */
export interface ClusterPasswords {
  superuser: string;
  server: string;
}

const buildUrl = (port: number, role: string, password: string): string =>
  `postgres://${role}:${password}@127.0.0.1:${port}/${DATABASE}`;

/** The URL of the application's database for the server's own role. It holds the password. */
export const databaseUrl = (port: number, password: string): string => buildUrl(port, SERVER_ROLE, password);

/** The same for the superuser. */
export const administrationUrl = (port: number, password: string): string => buildUrl(port, SUPERUSER, password);

/**
 * Gives the server's role whatever the superuser owns in the database. REASSIGN OWNED refuses that, since the first
 * superuser of a cluster also owns the system's own objects, whose ids are below 16384. Sequences of columns follow their
 * tables.
 */
const HAND_OVER = `do $$ declare statement text; begin
  for statement in
    select format('alter schema %I owner to ${SERVER_ROLE}', nspname)
      from pg_namespace where oid >= 16384 and nspowner = '${SUPERUSER}'::regrole
    union all
    select format('alter table %s owner to ${SERVER_ROLE}', relation.oid::regclass)
      from pg_class relation
      where oid >= 16384 and relowner = '${SUPERUSER}'::regrole and relkind in ('r', 'p', 'v', 'm', 'S')
        and not exists (select from pg_depend
          where classid = 'pg_class'::regclass and objid = relation.oid and deptype in ('a', 'i') and refobjsubid > 0)
    union all
    select format('alter routine %s owner to ${SERVER_ROLE}', oid::regprocedure)
      from pg_proc where oid >= 16384 and proowner = '${SUPERUSER}'::regrole
    union all
    select format('alter type %s owner to ${SERVER_ROLE}', oid::regtype)
      from pg_type where oid >= 16384 and typowner = '${SUPERUSER}'::regrole and typtype in ('e', 'd')
  loop execute statement; end loop;
end $$`;

const withSuperuser = async <Result>(
  { port, password, database }: { port: number; password: string; database: string },
  work: (sql: postgres.Sql) => Promise<Result>,
): Promise<Result> => {
  const sql = postgres({
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
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

interface Standing {
  has_role: boolean;
  /** Null where there is no database. */
  owner: string | null;
}

/**
 * Makes sure that the application's database is there and belongs, with all that is in it, to the server's role, which is
 * no superuser; returns whether the database was created.
 * Throws EmbeddedPostgresError when the superuser's password is not the one that the cluster was made with.
 */
export const ensureDatabase = async (port: number, passwords: ClusterPasswords): Promise<boolean> => {
  const superuser = { port, password: passwords.superuser };
  try {
    const owner = await withSuperuser({ ...superuser, database: 'postgres' }, async (sql) => {
      const [standing] = await sql<Standing[]>`
        select exists (select from pg_roles where rolname = ${SERVER_ROLE}) as has_role,
          (select pg_get_userbyid(datdba) from pg_database where datname = ${DATABASE}) as owner`;
      const verb = standing?.has_role === true ? 'alter' : 'create';
      await sql.unsafe(`${verb} role ${SERVER_ROLE} login password '${passwords.server}'`);
      if (standing?.owner === null) await sql.unsafe(`create database ${DATABASE} owner ${SERVER_ROLE}`);
      return standing?.owner ?? null;
    });
    if (owner === SUPERUSER) {
      await withSuperuser({ ...superuser, database: DATABASE }, async (sql) => {
        await sql.unsafe(HAND_OVER);
        // Last, since it says that all the rest is done.
        await sql.unsafe(`alter database ${DATABASE} owner to ${SERVER_ROLE}`);
      });
    }
    return owner === null;
  } catch (error) {
    // invalid_password
    if (readErrorCode(error) !== '28P01') throw error;
    throw new EmbeddedPostgresError(
      'The password in the file postgres-password is not the one of the database beside it. Put the right file back, or set DATABASE_URL.',
      { cause: error },
    );
  }
};
