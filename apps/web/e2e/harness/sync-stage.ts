import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@docket/db/testing';
import { startDocket } from '@docket/server/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { build, defaultClientConditions } from 'vite';
import { expect } from 'vitest';
import { launchBrowser } from '../launch-browser.ts';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';

const WEB = fileURLToPath(new URL('../..', import.meta.url));
const HARNESS = fileURLToPath(new URL('../../src/sync/testing/harness.ts', import.meta.url));
const PAGE = '<!doctype html><title>Sync</title><script type="module" src="/harness.js"></script>';
/** Not a secure context: there are no Web Locks, as where Docket is served over plain http. */
const PLAIN_HOST = 'docket.example';

const bundleHarness = async (): Promise<string> => {
  const built = await build({
    root: WEB,
    // The application's own would write a service worker into its build.
    configFile: false,
    resolve: { conditions: ['@docket/source', ...defaultClientConditions] },
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: HARNESS, formats: ['es'], fileName: 'harness' } },
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  const [script] = bundle && 'output' in bundle ? bundle.output : [];
  if (script === undefined) throw new Error('The harness was not built.');
  return script.code;
};

export interface Account {
  id: string;
  token: string;
}

export interface SyncStage {
  database: TestDatabase;
  proxy: ChaosProxy;
  makeAccount(): Promise<Account>;
  /** Another session of an account that was made here. */
  signIn(account: Account): Promise<Account>;
  /** Calls the server past the proxy, as another device would. */
  call(account: Account, path: string, body?: unknown): Promise<unknown>;
  /** A browser profile of its own; `script` runs in each of its pages ahead of everything else. */
  openProfile(script?: string): Promise<BrowserContext>;
  openTab(profile: BrowserContext, account: Account, options?: { isPlain?: boolean }): Promise<Page>;
  /** Kills the server, and starts it again on the same port and database. */
  crashServer(): Promise<void>;
  close(): Promise<void>;
}

/** The real server behind a bad network, and a real Chromium in which pages are the engine alone. */
export const setSyncStage = async (): Promise<SyncStage> => {
  const database = await createTestDatabase();
  const variables = {
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret for the tests in the browser',
    RATE_LIMITS: 'off',
  };
  let server = await startDocket(variables);
  const proxy = await startChaosProxy(server.url);
  proxy.pages.set('/', { type: 'text/html', body: PAGE });
  proxy.pages.set('/harness.js', { type: 'text/javascript', body: await bundleHarness() });
  const browser = await launchBrowser(`--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`);
  const accounts = new Map<string, { email: string; password: string }>();

  const call: SyncStage['call'] = async ({ token }, path, body) => {
    const [method = 'GET', url = ''] = path.split(' ');
    const answer = await fetch(server.url + url, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(200);
    return await answer.json();
  };
  const enter = async (path: string, credentials: { email: string; password: string }): Promise<Account> => {
    const pair = await call({ id: '', token: '' }, path, credentials);
    const token = typeof pair === 'object' && pair && 'access_token' in pair ? String(pair.access_token) : '';
    const me = await call({ id: '', token }, 'GET /api/auth/me');
    const id = typeof me === 'object' && me && 'id' in me ? String(me.id) : '';
    accounts.set(id, credentials);
    return { id, token };
  };

  return {
    database,
    proxy,
    call,
    makeAccount: () =>
      enter('POST /auth/signup', { email: `${randomUUID()}@example.com`, password: 'correct horse battery' }),
    signIn: ({ id }) => enter('POST /auth/login', accounts.get(id) ?? { email: '', password: '' }),
    openProfile: async (script) => {
      const profile = await browser.newContext();
      if (script !== undefined) await profile.addInitScript(script);
      return profile;
    },
    openTab: async (profile, { id, token }, { isPlain = false } = {}) => {
      const page = await profile.newPage();
      await page.goto(`http://${isPlain ? PLAIN_HOST : '127.0.0.1'}:${proxy.port}/#${id},${token}`);
      await page.waitForFunction('window.sync');
      return page;
    },
    crashServer: async () => {
      await server.kill();
      server = await startDocket({ ...variables, PORT: new URL(server.url).port });
    },
    close: async () => {
      await browser.close();
      await proxy.close();
      await server.stop();
      await database.close();
    },
  };
};
