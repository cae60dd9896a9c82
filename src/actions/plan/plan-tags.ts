import { printComposite, type Combination } from '../../model/combination.ts';
import type { TagChange } from '../../model/combination-diff.ts';
import type { Config, EnvironmentConfig } from '../../model/config.ts';
import type { Hold } from '../../model/stops.ts';
import type { Plan, ValueEdit } from '../../model/plan.ts';
import type { Tree } from '../../git/tree.ts';
import { describeChange, editTags } from './edit-tags.ts';
import { editHolds } from './stops.ts';
import { editFile, trailersOf, type Actor, type PreparedPlan } from './prepared-plan.ts';
import type { StopsFile } from '../read/read-stops.ts';
import type { SoundFile } from '../read/read-last-sound.ts';
import { appVersionPath, readChartFile } from '../read/read-state.ts';
import { renderEnvironment } from '../render.ts';

/** A following environment at a head of main, and the files of it that tags are written to. */
export interface TagsBase {
  /** The tree of the head of main, whose full sha is `head`. */
  readonly tree: Tree;
  readonly head: string;
  readonly config: Config;
  readonly environment: EnvironmentConfig;
  /** What it is at now. */
  readonly from: string;
  readonly files: {
    readonly values: SoundFile;
    /** Default: that of the tree. */
    readonly chart?: SoundFile | undefined;
    readonly holds: StopsFile<Hold>;
  };
}

/** The tags that change, the combination with them, and the holds that come and go in the same commit. */
export interface TagsChange {
  readonly changes: readonly TagChange[];
  readonly wanted: Combination;
  readonly hold?: readonly Hold[] | undefined;
  readonly unhold?: readonly string[] | undefined;
}

/** What the commit tells of its reason. */
export interface TagsReason {
  readonly action: 'set' | 'update' | 'rollback';
  /** The release that a rollback restores. */
  readonly to?: string | undefined;
  readonly subject: string;
  /** More lines of the commit's body. */
  readonly remarks?: readonly string[] | undefined;
  readonly notes: readonly string[];
  readonly actor: Actor;
  /** The Helm that proves the result renders; undefined: it is not proved. */
  readonly helm: string | undefined;
}

/** Plans one commit on main that gives a following environment these tags: values, appVersion and holds. Throws when it does not render. */
export async function planTags(base: TagsBase, change: TagsChange, why: TagsReason): Promise<PreparedPlan> {
  const { tree, environment, from, files } = base;
  const { holds } = files;
  const { source: values, restored } = files.values;
  const { wanted, changes, hold = [], unhold = [] } = change;
  const written = new Map<string, string>();
  const edits: ValueEdit[] = [];
  let manifestDigest: string | undefined;
  if (changes.length > 0 || restored) {
    const chart = files.chart?.source ?? (await readChartFile(tree));
    if (files.chart?.restored) edits.push(files.chart.restored.edit);
    const valuesEdit = editTags(values, wanted);
    const chartEdit = editFile(chart, [{ path: appVersionPath, value: printComposite(wanted) }]);
    written.set(values.file, valuesEdit.content).set(chart.file, chartEdit.content);
    edits.push(...(restored ? [restored.edit] : []), ...valuesEdit.edits, ...chartEdit.edits);
    if (why.helm !== undefined) {
      const rendering = { environment: environment.name, helm: why.helm, replaced: written };
      manifestDigest = (await renderEnvironment(tree, rendering)).digest;
    }
  }
  const holdEdit = editHolds(holds, { hold, unhold });
  if (holds.restored !== undefined || holdEdit !== undefined) {
    written.set(holds.source.file, holdEdit?.content ?? holds.source.text);
    edits.push(...(holds.restored ? [holds.restored.edit] : []), ...(holdEdit?.edits ?? []));
  }
  const { action, to, subject, remarks = [], notes, actor } = why;
  const body = [...changes.map((each) => describeChange(base.config, each)), ...remarks].join('\n');
  const held = hold.map((each) => each.service);
  const trailers = trailersOf({ action, environment, from, to, held, unheld: unhold, actor });
  const plan: Plan = {
    ...{ action, environment: environment.name, from, to, base: base.head, changes },
    commits: [{ on: 'main', subject, body, trailers, edits }],
    manifestDigest,
    notes,
  };
  return { plan, files: [written] };
}

/** `dev: toy-web v…` for one change, else how many there are. */
export function describeTags(environment: string, changes: readonly TagChange[]): string {
  const [first] = changes;
  return changes.length === 1 && first
    ? `${environment}: ${first.service} ${first.to}`
    : `${environment}: ${changes.length} services have new versions`;
}
