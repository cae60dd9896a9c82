import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { refuseFindings } from '../tekton/finding.ts';
import { loadTektonObjects, readTektonFiles, type TektonObjects } from '../tekton/load-objects.ts';
import { planPipelineRun, type Planned } from '../tekton/plan/plan-pipeline-run.ts';
import { planTaskRun } from '../tekton/plan/plan-task-run.ts';
import type { PipelineRunPlan } from '../tekton/plan/types.ts';
import { executePipelineRun, type PipelineRunResult } from '../tekton/run/execute-pipeline-run.ts';
import type { ExecuteOptions } from '../tekton/run/options.ts';

export interface RunFilesOptions extends Omit<ExecuteOptions, 'directory'> {
  /** Tekton files, or folders of them. */
  readonly files: readonly string[];
  /** The folder in which each run has one of its own. */
  readonly runs: string;
  /** Ends the name of a run that has only generateName; lower-case letters and digits. */
  readonly newSuffix: () => string;
  readonly newUid: () => string;
}

/** A run of the files that is planned but not started. */
export interface PreparedRun {
  readonly plan: PipelineRunPlan;
  readonly directory: string;
  readonly start: (more?: Partial<ExecuteOptions>) => Promise<PipelineRunResult>;
}

/** Plans every PipelineRun and TaskRun of the files; any fault of any of them is thrown, and nothing has run then. */
export async function prepareFiles(options: RunFilesOptions): Promise<PreparedRun[]> {
  const objects = loadTektonObjects(await readTektonFiles(options.files));
  const planned = planAll(objects, options);
  if (planned.length === 0) {
    refuseFindings(objects.findings);
    throw new BitiqError({
      code: 'tekton-not-found',
      message: 'There is no PipelineRun and no TaskRun in the files.',
      fix: 'Name a Pipeline with -f for its files, or add a run to the files.',
      state: 'Nothing was run.',
    });
  }
  // Every plan has the faults of the files themselves.
  const unique = new Map(
    planned.flatMap(({ findings }) => findings).map((finding) => [JSON.stringify(finding), finding]),
  );
  refuseFindings([...unique.values()]);
  return planned.map(({ plan }) => {
    const directory = join(options.runs, plan!.name);
    const secrets = { ...objects.secrets, ...options.secrets };
    const configMaps = { ...objects.configMaps, ...options.configMaps };
    return {
      plan: plan!,
      directory,
      start: (more) => executePipelineRun(plan!, { ...options, secrets, configMaps, directory, ...more }),
    };
  });
}

function planAll(objects: TektonObjects, { newSuffix, newUid }: RunFilesOptions): Planned[] {
  const identify = (run: { name?: string | undefined; generateName?: string | undefined }) => ({
    name: run.name ?? `${run.generateName ?? ''}${newSuffix()}`,
    uid: newUid(),
  });
  return [
    ...objects.taskRuns.map((run) => planTaskRun(objects, run, identify(run))),
    ...objects.pipelineRuns.map((run) => planPipelineRun(objects, run, identify(run))),
  ];
}
