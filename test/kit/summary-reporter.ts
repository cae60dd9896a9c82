import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { parse } from 'yaml';

interface ListedSkips {
  readonly file: string;
  readonly count: number;
  readonly reason: string;
}

/**
 * Prints which files have skipped tests, with the reason that test/skips.yaml gives, and `N passed, N failed, N skipped` as the last
 * line. With BITIQ_SKIPS=listed a skipped test that the list does not allow fails the run.
 */
export default class SummaryReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const skipped = new Map<string, string[]>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') counts[state]++;
        else {
          counts.skipped++;
          skipped.set(module.moduleId, [...(skipped.get(module.moduleId) ?? []), test.fullName]);
        }
      }
      if (module.errors().length > 0) counts.failed++;
    }
    counts.failed += errors.length;
    // What `-t` leaves out is skipped, too, and nobody asks why.
    const isWhole = this.#vitest?.config.testNamePattern === undefined;
    const lines = isWhole ? this.#explain(skipped) : [];
    // After vitest's own summary, which is printed in the same turn.
    setImmediate(() => {
      const { passed, failed } = counts;
      process.stdout.write(
        `\n${[...lines, `${passed} passed, ${failed} failed, ${counts.skipped} skipped`].join('\n')}\n`,
      );
    });
  }

  #explain(skipped: ReadonlyMap<string, readonly string[]>): string[] {
    const root = this.#vitest?.config.root ?? process.cwd();
    const list = join(root, 'test/skips.yaml');
    const listed = existsSync(list) ? (parse(readFileSync(list, 'utf8')) as readonly ListedSkips[]) : [];
    return [...skipped].flatMap(([module, names]) => {
      const file = relative(root, module);
      const entry = listed.find((each) => each.file === file);
      const said = `skipped ${names.length} in ${file}: ${entry?.reason ?? 'the reason is not listed'}`;
      if (names.length <= (entry?.count ?? 0)) return [said];
      if (process.env['BITIQ_SKIPS'] === 'listed') process.exitCode = 1;
      return [`${said} (test/skips.yaml allows ${entry?.count ?? 0})`, ...names.map((name) => `  ${name}`)];
    });
  }
}
