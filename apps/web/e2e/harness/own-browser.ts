import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type BrowserContext, chromium } from 'playwright-core';
import type { BrowserChoice } from '../browser.ts';
import { FLAGS } from '../launch-browser.ts';

/** A browser with a profile on the disk, as a person has one. */
export interface OwnBrowser {
  context: BrowserContext;
  /** Ends it as a person does: what it holds is written to the disk. */
  close(): Promise<void>;
  /** Ends all of it as a crash or a power cut would, by `kill -9`; nothing where it has ended. */
  kill(): Promise<void>;
}

const readAddress = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, address] = /DevTools listening on (ws:\S+)/.exec(output) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('close', () => reject(new Error(`The browser ended:\n${output}`)));
  });

/** Starts the browser on the profile in this folder. It is no child of Playwright's, which would tidy up after it. */
export const startOwnBrowser = async (choice: BrowserChoice, folder: string): Promise<OwnBrowser> => {
  const child = spawn(
    choice.executablePath,
    [
      ...FLAGS,
      '--headless=new',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      '--window-size=1440,900',
      // There is no key ring to encrypt cookies with.
      '--password-store=basic',
      '--use-mock-keychain',
      'about:blank',
    ],
    {
      // A process group of its own, which is killed whole.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(choice.libraryPath === undefined ? {} : { env: { LD_LIBRARY_PATH: choice.libraryPath } }),
    },
  );
  const ended = once(child, 'close');
  const browser = await chromium.connectOverCDP(await readAddress(child));
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('The browser has no profile.');
  return {
    context,
    close: async () => {
      const session = await browser.newBrowserCDPSession();
      // The connection may be gone ahead of the answer.
      session.send('Browser.close').catch(() => {});
      await ended;
    },
    kill: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
};
