import { printComposite, type Combination } from '../model/combination.ts';
import type { Config } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { applyChanges } from '../yaml/edit.ts';
import { placeOf } from '../yaml/source.ts';
import type { Tree } from '../git/tree.ts';
import {
  appVersionOf,
  appVersionPath,
  readChartFile,
  readConfig,
  readTreeCombination,
} from './read/read-state.ts';

/** The appVersion that Chart.yaml of main has, and the true one: the composite version of the following environment. */
export interface AppVersionState {
  readonly file: string;
  readonly environment: string;
  readonly found: string;
  readonly expected: string;
  readonly combination: Combination;
  /** The whole Chart.yaml with the true appVersion; undefined when it is true already. */
  readonly corrected: string | undefined;
  readonly place: ReturnType<typeof placeOf>;
}

/** Compares appVersion with the composite version of the following environment. */
export async function readAppVersion(tree: Tree, config?: Config): Promise<AppVersionState> {
  const environment = (config ?? (await readConfig(tree))).environments.find(
    (each) => each.kind === 'following',
  )?.name;
  if (environment === undefined) {
    throw new BitiqError({
      code: 'usage',
      message: 'No environment follows main, so appVersion on main is unused.',
      fix: 'The appVersion of a pinned environment is in the tree of its release: `bitiq show RELEASE`.',
    });
  }
  const [chart, combination] = await Promise.all([
    readChartFile(tree),
    readTreeCombination(tree, environment),
  ]);
  const { found, expected } = appVersionOf(chart, combination);
  return {
    file: chart.file,
    environment,
    found,
    expected,
    combination,
    corrected:
      found === expected
        ? undefined
        : applyChanges(chart, [{ path: appVersionPath, value: printComposite(combination) }]),
    place: placeOf(chart, appVersionPath),
  };
}
