import type { TestProject } from 'vitest/node';
import { type BrowserChoice, chooseBrowser } from './browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    browser: BrowserChoice;
  }
}

/** Finds the browser once, before several test files unpack it over one another. */
export const setup = async (project: TestProject): Promise<void> => {
  project.provide('browser', await chooseBrowser());
};
