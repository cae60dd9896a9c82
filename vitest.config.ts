import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.bitiq/**', 'dist/**'],
    globalSetup: ['test/kit/global-setup.ts'],
    reporters: ['default', './test/kit/summary-reporter.ts'],
    // For a test that hangs; no test is told from another by how fast a machine is.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 150_000 } },
    pool: 'forks',
    maxWorkers: 2,
    env: {
      // Git sees nothing of the machine it runs on; test/kit/global-setup.ts gives it an empty GIT_CONFIG_GLOBAL.
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Test Author',
      GIT_AUTHOR_EMAIL: 'author@example.com',
      GIT_COMMITTER_NAME: 'Test Author',
      GIT_COMMITTER_EMAIL: 'author@example.com',
      NO_COLOR: '1',
    },
  },
});
