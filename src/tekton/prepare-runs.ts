import { basename, join } from 'node:path';
import { refuseFindings, type TektonFinding } from './finding.ts';
import { loadTektonObjects, readTektonFiles, type TektonObjects } from './load-objects.ts';
import { planPipelineRun, type Planned } from './plan/plan-pipeline-run.ts';
import { planTaskRun } from './plan/plan-task-run.ts';
import type { PipelineRunPlan, RunIdentity } from './plan/types.ts';
import { resolveReferences } from './resolve/resolve-references.ts';
import { checkInputs } from './run/check-inputs.ts';
import { describeRefused, type RefusedRun } from './run/describe-refused.ts';
import { executePipelineRun, type PipelineRunResult } from './run/execute-pipeline-run.ts';
import type { ExecuteOptions } from './run/options.ts';
import { selectRuns, type RunSelection, type SelectedRun } from './plan/select-runs.ts';

export interface PrepareOptions
  extends RunSelection, Omit<ExecuteOptions, 'directory' | 'volumes' | 'bytes'> {
  /** Tekton files, or folders of them. */
  readonly files: readonly string[];
  /** The folder in which each run has one of its own, for its record and its logs; `work` has one of each for its steps. */
  readonly runs: string;
  /** Makes names of runs and of their folders unique: lower-case letters and digits, another at each call. */
  readonly newSuffix: () => string;
  readonly newUid: () => string;
  /** Told of a run that cannot start for a reason that Tekton has a name for, before the fault is thrown. */
  readonly onRefused?: ((run: RefusedRun) => void) | undefined;
}

/** A run that is planned but not started. */
export interface PreparedRun {
  readonly plan: PipelineRunPlan;
  readonly directory: string;
  readonly start: () => Promise<PipelineRunResult>;
}

/**
 * Plans the runs that are meant, with what resolvers fetch for them; any fault of any of them is thrown with its place, and
 * nothing has run then.
 */
export async function prepareRuns(options: PrepareOptions): Promise<PreparedRun[]> {
  const objects = loadTektonObjects(await readTektonFiles(options.files));
  const { runs, volumes } = selectRuns(objects, options);
  const secrets = { ...objects.secrets, ...options.secrets };
  const configMaps = { ...objects.configMaps, ...options.configMaps };
  const { bytes } = objects;
  const findings: TektonFinding[] = [];
  const prepared: PreparedRun[] = [];
  for (const one of runs) {
    const suffix = options.newSuffix();
    const name = one.run.name ?? `${one.run.generateName ?? `${referenceOf(one)}-`}${suffix}`;
    const identity = { name, uid: options.newUid() };
    const planned = await planResolved(objects, one, identity, { ...options, secrets });
    findings.push(...planned.findings);
    // A name of the file is that of every run of it; the folder is not.
    const directory = join(options.runs, one.run.name === undefined ? name : `${name}-${suffix}`);
    const work = options.work && join(options.work, basename(directory));
    const execute = { ...options, volumes, secrets, configMaps, bytes, directory, work };
    const { plan } = planned;
    if (plan) {
      findings.push(...(await checkInputs(plan, execute)));
      prepared.push({ plan, directory, start: () => executePipelineRun(plan, execute) });
    } else {
      const refused = describeRefused(one, identity, planned.findings, options.now().toISOString());
      if (refused) options.onRefused?.(refused);
    }
  }
  // Every plan tells the faults of the files themselves.
  refuseFindings([...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]);
  return prepared;
}

/** The plan of a run with everything that it refers to, fetched where a resolver is named. */
async function planResolved(
  objects: TektonObjects,
  one: SelectedRun,
  identity: RunIdentity,
  options: Pick<PrepareOptions, 'secrets' | 'signal'>,
): Promise<Planned> {
  const resolution = await resolveReferences(objects, (known) => planOne(known, one, identity).findings, {
    secrets: options.secrets ?? {},
    signal: options.signal,
    namespace: one.run.namespace,
    run: `${one.run.namespace}/${identity.name}`,
    isPipelineRun: one.kind === 'PipelineRun',
  });
  const planned = planOne(resolution.objects, one, identity);
  const own = planned.findings.filter(({ reference }) => reference === undefined);
  const findings = [...resolution.findings, ...own];
  const isWhole = resolution.findings.every(({ severity }) => severity !== 'error');
  return { plan: isWhole ? planned.plan : undefined, findings };
}

function planOne(objects: TektonObjects, { kind, run }: SelectedRun, identity: RunIdentity): Planned {
  return kind === 'PipelineRun'
    ? planPipelineRun(objects, run, identity)
    : planTaskRun(objects, run, identity);
}

function referenceOf({ kind, run }: SelectedRun): string {
  return (kind === 'PipelineRun' ? run.pipelineRef?.name : run.taskRef?.name) ?? '';
}
