import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest on two idle cores, longest first: one that began last would keep the run waiting for it alone. */
const longest = [
  'test/cli/golden.test.ts',
  'test/workflows/promotion-gate.test.ts',
  'test/docs/examples.test.ts',
  'test/loop/launcher.test.ts',
  'test/cli/invalid.test.ts',
  'test/loop/killed.test.ts',
  'test/loop/failures.test.ts',
  'src/actions/plan/closed-gates.test.ts',
  'test/github/promote-pull-request.test.ts',
  'test/loop/damaged-state.test.ts',
  'test/tekton/killed.test.ts',
  'test/loop/burst.test.ts',
  'test/loop/lifecycle.test.ts',
];

/** Starts the longest files first, then the others as vitest does. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
