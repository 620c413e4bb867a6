import { defineConfig, type ViteUserConfig } from 'vitest/config';

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
          include: ['engine/**/*.test.ts', 'models/**/*.test.ts'],
          // Modules keep no state of a run: files share them, which loading anew for each costs a third of their time.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'whole', include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'] } },
    ],
  },
});

export default config;
