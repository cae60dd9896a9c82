import { join } from 'node:path';
import { refuseFindings, type TektonFinding } from '../tekton/finding.ts';
import { loadTektonObjects, readTektonFiles, type TektonObjects } from '../tekton/load-objects.ts';
import { planPipelineRun, type Planned } from '../tekton/plan/plan-pipeline-run.ts';
import { planTaskRun } from '../tekton/plan/plan-task-run.ts';
import type { PipelineRunPlan } from '../tekton/plan/types.ts';
import { checkInputs } from '../tekton/run/check-inputs.ts';
import { executePipelineRun, type PipelineRunResult } from '../tekton/run/execute-pipeline-run.ts';
import type { ExecuteOptions } from '../tekton/run/options.ts';
import { selectRuns, type RunSelection, type SelectedRun } from './select-runs.ts';

export interface RunPipelineOptions extends RunSelection, Omit<ExecuteOptions, 'directory' | 'volumes'> {
  /** Tekton files, or folders of them. */
  readonly files: readonly string[];
  /** The folder in which each run has one of its own. */
  readonly runs: string;
  /** Makes names of runs and of their folders unique: lower-case letters and digits, another at each call. */
  readonly newSuffix: () => string;
  readonly newUid: () => string;
}

/** A run that is planned but not started. */
export interface PreparedRun {
  readonly plan: PipelineRunPlan;
  readonly directory: string;
  readonly start: () => Promise<PipelineRunResult>;
}

/** Plans the runs that are meant; any fault of any of them is thrown with its place, and nothing has run then. */
export async function prepareRuns(options: RunPipelineOptions): Promise<PreparedRun[]> {
  const objects = loadTektonObjects(await readTektonFiles(options.files));
  const { runs, volumes } = selectRuns(objects, options);
  const secrets = { ...objects.secrets, ...options.secrets };
  const configMaps = { ...objects.configMaps, ...options.configMaps };
  const findings: TektonFinding[] = [];
  const prepared = runs.flatMap((one): PreparedRun[] => {
    const suffix = options.newSuffix();
    const name = one.run.name ?? `${one.run.generateName ?? `${referenceOf(one)}-`}${suffix}`;
    const planned = planOne(objects, one, { name, uid: options.newUid() });
    findings.push(...planned.findings);
    if (!planned.plan) return [];
    // A name of the file is that of every run of it; the folder is not.
    const directory = join(options.runs, one.run.name === undefined ? name : `${name}-${suffix}`);
    const execute = { ...options, volumes, secrets, configMaps, directory };
    findings.push(...checkInputs(planned.plan, execute));
    return [{ plan: planned.plan, directory, start: () => executePipelineRun(planned.plan!, execute) }];
  });
  // Every plan tells the faults of the files themselves.
  refuseFindings([...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]);
  return prepared;
}

function planOne(
  objects: TektonObjects,
  { kind, run }: SelectedRun,
  identity: { name: string; uid: string },
): Planned {
  return kind === 'PipelineRun'
    ? planPipelineRun(objects, run, identity)
    : planTaskRun(objects, run, identity);
}

function referenceOf({ kind, run }: SelectedRun): string {
  return (kind === 'PipelineRun' ? run.pipelineRef?.name : run.taskRef?.name) ?? '';
}
