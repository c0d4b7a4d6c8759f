import { describe, expect, test } from 'vitest';
import { EnvError, isWeakSecret, readEnv } from './env.ts';

const refuse = (variables: NodeJS.ProcessEnv): string[] => {
  try {
    readEnv(variables);
  } catch (error) {
    if (error instanceof EnvError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('readEnv', () => {
  test('needs no variable to be set', () => {
    expect(readEnv({})).toMatchObject({
      isProduction: false,
      PORT: 3000,
      HOST: '127.0.0.1',
      TRUST_PROXY: false,
      CORS_ORIGINS: [],
      BCRYPT_COST: 12,
    });
    expect(readEnv({}).DATABASE_URL).toBeUndefined();
  });

  test('takes a variable that is set to nothing for unset', () => {
    expect(readEnv({ PORT: '', JWT_SECRET: '', CORS_ORIGINS: '', LOG_LEVEL: '' })).toEqual(readEnv({}));
  });

  test('reads origins from a list, spaces or not', () => {
    expect(readEnv({ CORS_ORIGINS: 'https://a.example, http://localhost:5173,' }).CORS_ORIGINS).toEqual([
      'https://a.example',
      'http://localhost:5173',
    ]);
  });

  test.each<[string, boolean | number | string]>([
    ['off', false],
    ['false', false],
    ['on', true],
    ['2', 2],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['loopback', 'loopback'],
  ])('reads TRUST_PROXY=%s', (text, value) => {
    expect(readEnv({ TRUST_PROXY: text }).TRUST_PROXY).toBe(value);
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['PORT', { PORT: 'abc' }],
    ['PORT', { PORT: '80.5' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example/' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'a.example' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'docket.example' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'javascript:alert(1)' }],
    ['BCRYPT_COST', { BCRYPT_COST: '3' }],
    ['BCRYPT_COST', { BCRYPT_COST: '16' }],
    ['BCRYPT_COST', { BCRYPT_COST: 'ten' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'nobody knows' }],
    ['JWT_SECRET', { NODE_ENV: 'production' }],
    ['JWT_SECRET', { NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(31) }],
    [
      'JWT_SECRET_PREVIOUS',
      { NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32), JWT_SECRET_PREVIOUS: 'y'.repeat(31) },
    ],
    ['BCRYPT_COST', { NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32), BCRYPT_COST: '9' }],
  ])('names %s in %o', (name, variables) => {
    expect(refuse(variables)).toEqual([expect.stringMatching(new RegExp(`^${name} \\w`))]);
  });

  test('names every variable at fault, each on a line, and no value', () => {
    const lines = refuse({ NODE_ENV: 'production', PORT: 'Zanzibar', LOG_LEVEL: 'Zanzibar' });
    expect(new Set(lines.map((line) => line.split(' ', 1)[0]))).toEqual(new Set(['LOG_LEVEL', 'PORT']));
    expect(refuse({ NODE_ENV: 'production', JWT_SECRET: 'Zanzibar' }).join()).not.toContain('Zanzibar');
    expect(lines.join()).not.toContain('Zanzibar');
  });

  test('counts a secret in bytes', () => {
    expect(refuse({ NODE_ENV: 'production', JWT_SECRET: 'ü'.repeat(16) })).toEqual([]);
    expect([isWeakSecret('ü'.repeat(16)), isWeakSecret('u'.repeat(31))]).toEqual([false, true]);
  });
});
