import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';

/** A closed network makes Chromium's own errands fail, loudly and slowly; none of them belongs to a test. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Launches the browser that was chosen for the run. */
export const launchBrowser = (...flags: string[]): Promise<Browser> => {
  const { executablePath, libraryPath } = inject('browser');
  return chromium.launch({
    executablePath,
    args: [...FLAGS, ...flags],
    ...(libraryPath === undefined ? {} : { env: { LD_LIBRARY_PATH: libraryPath } }),
  });
};
