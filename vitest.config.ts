import { writeSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from 'vitest/node';

/** Ends the run with one line of true counts, behind whatever else prints. */
class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    // A file that cannot be loaded runs no test, and an error outside a test fails none; both count as a failure.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped += 1;
        else failed += 1;
      }
    }
    const line = `tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
    process.once('exit', () => writeSync(1, line));
  }
}

/**
 * Spreads the browser tests over the first two thirds of the run: they take longest, so none may begin at the end, and most of
 * the processor, so they must not all run at once.
 */
class SpreadingSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method, which returns a new array
    const sorted = await super.sort(files);
    const isBrowserTest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('.spec.ts');
    const browserTests = sorted.filter(isBrowserTest);
    const others = sorted.filter((file) => !isBrowserTest(file));
    const distance = Math.floor((others.length * 2) / 3 / Math.max(1, browserTests.length));
    const spread = browserTests.flatMap((file, index) => [
      file,
      ...others.slice(index * distance, (index + 1) * distance),
    ]);
    return [...spread, ...others.slice(browserTests.length * distance)];
  }
}

export default defineConfig({
  resolve: { conditions: ['@docket/source'] },
  // Vitest starts its workers with these, so `import` must not be among them: `require` would answer modules.
  ssr: { resolve: { conditions: ['@docket/source', 'node'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'apps/web/e2e/**/*.spec.ts'],
    typecheck: { enabled: true, include: ['packages/*/src/**/*.test-d.ts'], tsconfig: './tsconfig.types.json' },
    globalSetup: ['packages/db/src/testing/global-setup.ts', 'apps/web/e2e/global-setup.ts'],
    reporters: ['default', new CountsReporter()],
    sequence: { sequencer: SpreadingSequencer },
    // Twice the machine's usual two cores: many tests wait for a browser, a process or a pause.
    maxWorkers: 4,
    // No test replaces a module, and loading them anew for each file took a quarter of the time.
    isolate: false,
    // Against hanging, not against slowness: the machines are shared, and passwords are hashed only in idle time.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
