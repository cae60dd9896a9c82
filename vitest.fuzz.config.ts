import { defineConfig } from 'vitest/config';

// `npm run fuzz`: rounds without end, each with a seed of its own.
export default defineConfig({
  test: {
    include: ['test/fuzz/*.fuzz.ts'],
    testTimeout: 0,
    pool: 'forks',
    disableConsoleIntercept: true,
    env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', NO_COLOR: '1' },
  },
});
