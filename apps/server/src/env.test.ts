import { describe, expect, test } from 'vitest';
import { DEFAULT_RATE_LIMITS } from '@docket/api';
import { EnvError, readEnv } from './env.ts';

const production = { NODE_ENV: 'production', JWT_SECRET: 'Kq9vX2mTz7LrBw4sHd8fPc3nYj6gRe1a' };

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
      STOP_DELAY: 0,
    });
    expect(readEnv({}).DATABASE_URL).toBeUndefined();
    expect(readEnv({})).toMatchObject({ RATE_LIMITS: DEFAULT_RATE_LIMITS, hasPasswordBlocklist: true });
    expect(readEnv(production).isProduction).toBe(true);
  });

  test('takes a variable that is set to nothing for unset', () => {
    expect(readEnv({ PORT: '', JWT_SECRET: '', CORS_ORIGINS: '', LOG_LEVEL: '', RATE_LIMITS: '' })).toEqual(
      readEnv({}),
    );
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

  test.each(['on', 'true'])('refuses TRUST_PROXY=%s in production, and says what to give', (text) => {
    expect(refuse({ ...production, TRUST_PROXY: text })).toEqual([
      expect.stringMatching(/^TRUST_PROXY must say how many proxies there are, or their addresses/),
    ]);
    for (const value of ['off', '1', '10.0.0.0/8']) expect(refuse({ ...production, TRUST_PROXY: value })).toEqual([]);
  });

  test('reads limits, and what it does not name keeps its default', () => {
    expect(readEnv({ RATE_LIMITS: 'signup=5/60, reads=off' }).RATE_LIMITS).toEqual({
      ...DEFAULT_RATE_LIMITS,
      signup: { points: 5, seconds: 60 },
      reads: null,
    });
  });

  test('turns the blocklist of passwords off', () => {
    expect(readEnv({ PASSWORD_BLOCKLIST: 'off' }).hasPasswordBlocklist).toBe(false);
    expect(readEnv({ PASSWORD_BLOCKLIST: 'common' }).hasPasswordBlocklist).toBe(true);
  });

  test.each(['smtp://localhost', 'smtp://ada:s%40crets@mail.example.com:587', 'smtps://[2001:db8::1]:465?pool=true'])(
    'sends mail through %s',
    (url) => {
      const variables = { SMTP_URL: url, MAIL_FROM: 'docket@example.com' };
      expect(readEnv(variables)).toMatchObject(variables);
      expect(refuse({ ...production, ...variables, PUBLIC_URL: 'https://docket.example' })).toEqual([]);
    },
  );

  test.each([
    'docket@example.com',
    'Docket <docket@example.com>',
    'Döcket & Söhne <docket@example.com>',
    '"Docket, Inc." <docket@example.com>',
  ])('sends mail from %s', (sender) => {
    expect(readEnv({ MAIL_FROM: sender }).MAIL_FROM).toBe(sender);
  });

  test.each([
    'Docket',
    '<docket@example.com>',
    'docket@example.com>',
    'Docket <docket>',
    'Docket docket@example.com',
    'docket@example.com, ada@example.com',
    'Docket, Inc. <docket@example.com>',
    'docket@example.com\n',
    'Docket\r\nBcc: ada@example.com <docket@example.com>',
    '"Docket\nBcc" <docket@example.com>',
    'Docket <docket@example.com\r\nBcc: ada@example.com>',
    'Docket <docket@example.com>\nBcc: ada@example.com',
  ])('sends no mail from %j', (sender) => {
    expect(refuse({ MAIL_FROM: sender })).toEqual([expect.stringMatching(/^MAIL_FROM must be an address/)]);
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
    ['STOP_DELAY', { STOP_DELAY: 'ten' }],
    ['STOP_DELAY', { STOP_DELAY: '-1' }],
    ['STOP_DELAY', { STOP_DELAY: '1.5' }],
    ['STOP_DELAY', { STOP_DELAY: '601' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'nobody knows' }],
    ['JWT_SECRET', { NODE_ENV: 'production' }],
    ['JWT_SECRET', { ...production, JWT_SECRET: production.JWT_SECRET.slice(1) }],
    ['JWT_SECRET', { ...production, JWT_SECRET: 'x'.repeat(32) }],
    ['JWT_SECRET', { ...production, JWT_SECRET: 'your-256-bit-secret-your-256-bit-secret' }],
    ['JWT_SECRET_PREVIOUS', { ...production, JWT_SECRET_PREVIOUS: 'too short' }],
    ['JWT_SECRET_PREVIOUS', { ...production, JWT_SECRET_PREVIOUS: 'y'.repeat(64) }],
    ['RATE_LIMITS', { RATE_LIMITS: 'reads' }],
    ['QUOTAS', { QUOTAS: 'tasks' }],
    ['QUOTAS', { QUOTAS: 'bytes=0' }],
    ['RATE_LIMITS', { RATE_LIMITS: 'reads=0/60' }],
    ['PASSWORD_BLOCKLIST', { PASSWORD_BLOCKLIST: 'on' }],
    ['SMTP_URL', { SMTP_URL: 'mail.example.com:587', MAIL_FROM: 'a@example.com' }],
    ['SMTP_URL', { SMTP_URL: 'https://mail.example.com', MAIL_FROM: 'a@example.com' }],
    ['SMTP_URL', { SMTP_URL: 'smtp:mail.example.com', MAIL_FROM: 'a@example.com' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://', MAIL_FROM: 'a@example.com' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://ada:100%@mail.example.com', MAIL_FROM: 'a@example.com' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.com:port', MAIL_FROM: 'a@example.com' }],
    ['PUBLIC_URL', { ...production, SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' }],
    ['BCRYPT_COST', { ...production, BCRYPT_COST: '9' }],
  ])('names %s in %o', (name, variables) => {
    expect(refuse(variables)).toEqual([expect.stringMatching(new RegExp(`^${name} \\w`))]);
  });

  test('names every variable at fault, each on a line, and no value', () => {
    const lines = refuse({ NODE_ENV: 'production', PORT: 'Zanzibar', LOG_LEVEL: 'Zanzibar' });
    expect(new Set(lines.map((line) => line.split(' ', 1)[0]))).toEqual(new Set(['LOG_LEVEL', 'PORT']));
    for (const name of [
      'JWT_SECRET',
      'JWT_SECRET_PREVIOUS',
      'RATE_LIMITS',
      'PASSWORD_BLOCKLIST',
      'SMTP_URL',
      'MAIL_FROM',
    ]) {
      const fault = refuse({ ...production, [name]: 'Zanzibar' }).join();
      expect(fault).toContain(`${name} `);
      expect(fault).not.toContain('Zanzibar');
    }
    expect(lines.join()).not.toContain('Zanzibar');
  });

  test('refuses a weak or well-known secret in production only (RFC 8725 3.5)', () => {
    expect(refuse({ ...production, JWT_SECRET: 'x'.repeat(32) })).toEqual([
      expect.stringMatching(/^JWT_SECRET repeats too few characters, which is refused when NODE_ENV is production; /),
    ]);
    expect(refuse({ JWT_SECRET: 'x', JWT_SECRET_PREVIOUS: 'x' })).toEqual([]);
  });
});
