import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['engine/**/*.test.ts', 'models/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts'],
    setupFiles: ['tests/property-seed.ts'],
    // Tests are single threads mostly; the default leaves a core idle, which is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
  },
});

export default config;
