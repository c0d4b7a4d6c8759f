import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createLogger, describeFault } from './logger.ts';

const HASH = '$2b$12$abcdefghijklmnopqrstuuZanzibar';

/** A query that failed, as drizzle throws it: its message holds the SQL and every parameter. */
const failQuery = (): Error =>
  new DrizzleQueryError(
    'insert into users values ($1)',
    [HASH],
    Object.assign(new Error('duplicate key value'), { code: '23505' }),
  );

const collect = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
  let lines = '';
  write(createLogger('trace', { write: (line: string) => (lines += line) }));
  return lines;
};

describe('describeFault', () => {
  test('keeps the name, the code and the places of a failed query, and not its words', () => {
    const error = failQuery();
    expect(error.message).toContain(HASH);
    const text = JSON.stringify(describeFault(new Error('outer', { cause: error })));
    expect(text).not.toContain('Zanzibar');
    expect(text).not.toContain('insert into');
    expect(text).toContain('"code":"23505"');
    expect(text).toContain('logger.test.ts');
    expect(text).toContain('"message":"outer"');
  });

  test('says of what is no error only what it is', () => {
    expect(describeFault('Zanzibar')).toEqual({ name: 'string' });
    expect(describeFault({ password: 'Zanzibar' })).toEqual({ name: 'object' });
  });
});

describe('createLogger', () => {
  test('writes no secret, at the top or two levels down', () => {
    const secrets = {
      password: 'Zanzibar',
      authorization: 'Zanzibar',
      cookie: 'Zanzibar',
      access_token: 'Zanzibar',
      token: 'Zanzibar',
      secret: 'Zanzibar',
      newPassword: 'Zanzibar',
    };
    const lines = collect((logger) => {
      logger.info(secrets, 'one');
      logger.info({ input: secrets }, 'two');
      logger.info({ request: { headers: secrets } }, 'three');
    });
    expect(lines).not.toContain('Zanzibar');
    expect(lines.trim().split('\n')).toHaveLength(3);
  });

  test('writes errors as describeFault does, also where only an error is given', () => {
    const lines = collect((logger) => {
      logger.error({ err: failQuery() }, 'it failed');
      logger.error(failQuery(), 'it failed');
    });
    expect(lines).not.toContain('Zanzibar');
    expect(lines.match(/"code":"23505"/g)).toHaveLength(2);
  });
});
