import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/kit/longest-first.ts';

/** Tests that need neither Git nor Helm nor the built command line: seconds in all. */
const unit = [
  'src/{board,cel,cli,github,kubernetes,model,policy,process,registry,tekton,yaml}/**/*.test.ts',
  'src/local/{builds,deployer,webhooks}/**/*.test.ts',
];
/** The whole loop, what runs services, and engines of containers: they wait for processes more than they compute. */
const loop = ['test/{deployer,images,loop}/**/*.test.ts', 'test/tekton/{containers,killed}.test.ts'];
/** Comparisons with Kyverno, OPA and Tekton themselves, and with their own tests. */
const conformance = [
  'test/policies/**/*.test.ts',
  'test/tekton/{conformance-tables,trigger-expressions,upstream-schema}.test.ts',
  'tools/conformance/**/*.test.ts',
];
/** Two tests at a time, and a third for while one waits; projects do not see the option of the command line. */
const workers = Number(/ --max-?workers[= ](\d+)/i.exec(process.argv.join(' '))?.[1] ?? 3);
const all = ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'];
const never = ['**/node_modules/**', '.bitiq/**', 'dist/**'];

export default defineConfig({
  test: {
    globalSetup: ['test/kit/seal-machine.ts'],
    reporters: ['default', './test/kit/summary-reporter.ts'],
    pool: 'forks',
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 60, { include: unit, isolate: false }),
      project('git', 300, { include: all, exclude: [...never, ...unit, ...loop, ...conformance] }),
      project('loop', 600, { include: loop }),
      project('conformance', 600, { include: conformance }),
    ],
  },
});

/** The seconds are for a test that hangs: no test is told from another by how fast a machine is. */
function project(
  name: string,
  seconds: number,
  options: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  const limit = seconds * 1000;
  return {
    extends: true,
    test: {
      name,
      exclude: never,
      globalSetup: name === 'unit' ? [] : ['test/kit/provide-tools.ts'],
      testTimeout: limit,
      hookTimeout: limit,
      expect: { poll: { timeout: limit / 4 } },
      env: {
        // Git sees nothing of the machine it runs on; test/kit/seal-machine.ts gives it its GIT_CONFIG_GLOBAL.
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Test Author',
        GIT_AUTHOR_EMAIL: 'author@example.com',
        GIT_COMMITTER_NAME: 'Test Author',
        GIT_COMMITTER_EMAIL: 'author@example.com',
        NO_COLOR: '1',
      },
      ...options,
    },
  };
}
