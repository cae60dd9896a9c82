import { printComposite, type Combination } from '../../model/combination.ts';
import type { TagChange } from '../../model/combination-diff.ts';
import type { Config, EnvironmentConfig } from '../../model/config.ts';
import type { Hold } from '../../model/stops.ts';
import type { Plan, ValueEdit } from '../../model/plan.ts';
import type { Tree } from '../../git/tree.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { describeChange, editTags } from './edit-tags.ts';
import { editHolds } from './stops.ts';
import { editFile, trailersOf, type Actor, type PreparedPlan } from './prepared-plan.ts';
import type { StopsFile } from '../read/read-stops.ts';
import type { SoundFile } from '../read/read-last-sound.ts';
import { appVersionPath, readChartFile } from '../read/read-state.ts';
import { renderEnvironment } from '../render.ts';

export interface TagsOptions {
  readonly action: 'set' | 'update' | 'rollback';
  /** The tree of the head of main, whose full sha is `base`. */
  readonly tree: Tree;
  readonly base: string;
  readonly config: Config;
  /** A following environment, and its values file. */
  readonly environment: EnvironmentConfig;
  readonly values: YamlSource;
  /** Where that is not the values file of the tree but an earlier one: the edit that tells so. */
  readonly restored?: ValueEdit | undefined;
  /** Chart.yaml to start from; default: that of the tree. */
  readonly chart?: SoundFile | undefined;
  readonly from: string;
  /** The release that a rollback restores. */
  readonly to?: string | undefined;
  readonly changes: readonly TagChange[];
  /** The combination with the changes. */
  readonly wanted: Combination;
  readonly holds: StopsFile<Hold>;
  /** Holds that come, and services whose holds go, in the same commit. */
  readonly hold?: readonly Hold[] | undefined;
  readonly unhold?: readonly string[] | undefined;
  readonly subject: string;
  /** More lines of the commit's body. */
  readonly remarks?: readonly string[] | undefined;
  readonly notes: readonly string[];
  readonly actor: Actor;
  /** The Helm that proves the result renders; undefined: it is not proved. */
  readonly helm: string | undefined;
}

/** Plans one commit on main that gives a following environment these tags: values, appVersion and holds. Throws when it does not render. */
export async function planTags(options: TagsOptions): Promise<PreparedPlan> {
  const { tree, environment, values, wanted, changes, holds, hold = [], unhold = [], restored } = options;
  const files = new Map<string, string>();
  const edits: ValueEdit[] = [];
  let manifestDigest: string | undefined;
  if (changes.length > 0 || restored) {
    const chart = options.chart?.source ?? (await readChartFile(tree));
    if (options.chart?.restored) edits.push(options.chart.restored.edit);
    const valuesEdit = editTags(values, wanted);
    const chartEdit = editFile(chart, [{ path: appVersionPath, value: printComposite(wanted) }]);
    files.set(values.file, valuesEdit.content).set(chart.file, chartEdit.content);
    edits.push(...(restored ? [restored] : []), ...valuesEdit.edits, ...chartEdit.edits);
    if (options.helm !== undefined) {
      const rendering = { environment: environment.name, helm: options.helm, replaced: files };
      manifestDigest = (await renderEnvironment(tree, rendering)).digest;
    }
  }
  const holdEdit = editHolds(holds, { hold, unhold });
  if (holds.restored !== undefined || holdEdit !== undefined) {
    files.set(holds.source.file, holdEdit?.content ?? holds.source.text);
    edits.push(...(holds.restored ? [holds.restored.edit] : []), ...(holdEdit?.edits ?? []));
  }
  const body = [
    ...changes.map((change) => describeChange(options.config, change)),
    ...(options.remarks ?? []),
  ].join('\n');
  const held = hold.map((each) => each.service);
  const plan: Plan = {
    action: options.action,
    environment: environment.name,
    from: options.from,
    to: options.to,
    base: options.base,
    changes,
    commits: [
      {
        on: 'main',
        subject: options.subject,
        body,
        trailers: trailersOf({ ...options, to: options.to, held, unheld: unhold }),
        edits,
      },
    ],
    manifestDigest,
    notes: options.notes,
  };
  return { plan, files: [files] };
}

/** `dev: toy-web v…` for one change, else how many there are. */
export function describeTags(environment: string, changes: readonly TagChange[]): string {
  const [first] = changes;
  return changes.length === 1 && first
    ? `${environment}: ${first.service} ${first.to}`
    : `${environment}: ${changes.length} services have new versions`;
}
