import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * Tests across rooms that keep nothing beyond themselves: no process, no measurement of memory, no real nodes. They share
 * modules as those of the rooms do.
 */
const SHARING: string[] = [
  'architecture',
  'behaviours',
  'blast-phase2',
  'conformance',
  'deploy',
  'diagnostic-codes',
  'documentation',
  'editor',
  'figures',
  'format',
  'generated',
  'interop/*',
  'kinds',
  'model-options',
  'mutation',
  'recorded-blast',
  'retries/*',
  'versions',
].map((name) => `tests/${name}.test.ts`);

const config: ViteUserConfig = defineConfig({
  test: {
    setupFiles: ['tests/property-seed.ts'],
    // Tests are single threads mostly; the default leaves a core idle, which is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['engine/**/*.test.ts', 'models/**/*.test.ts', ...SHARING],
          // Modules keep no state of a run: files share them, which loading anew for each costs a third of their time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SHARING],
        },
      },
    ],
  },
});

export default config;
