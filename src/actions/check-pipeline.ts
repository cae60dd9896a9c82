import type { TektonFinding } from '../tekton/finding.ts';
import { loadTektonObjects, readTektonFiles, type TektonObjects } from '../tekton/load-objects.ts';
import { planPipelineRun } from '../tekton/plan/plan-pipeline-run.ts';
import { planTaskRun } from '../tekton/plan/plan-task-run.ts';
import type { Param, ParamSpec, ParamValue, Pipeline, PipelineRun } from '../tekton/types.ts';
import { readListeners } from '../tekton/triggers/load-listener.ts';

/** How many items an array has that stands for one that is not known. */
const manyItems = 1000;

/**
 * Every fault of Tekton files, with its place, as Tekton's admission and the start of a run would find them: of Tasks,
 * Pipelines and StepActions, of each run, of each Pipeline that no run of the files uses (a Task that is not there is then a
 * warning only, as a cluster may have it), and of triggers.
 */
export async function checkPipeline(files: readonly string[]): Promise<TektonFinding[]> {
  const sources = await readTektonFiles(files);
  const objects = loadTektonObjects(sources);
  const identity = { name: 'run', uid: 'uid' };
  const used = new Set(objects.pipelineRuns.map((run) => run.pipelineRef?.name));
  const findings = [
    ...objects.findings,
    ...objects.pipelineRuns.flatMap((run) => planPipelineRun(objects, run, identity).findings),
    ...objects.taskRuns.flatMap((run) => planTaskRun(objects, run, identity).findings),
    ...[...objects.pipelines.values()]
      .filter(({ name }) => !used.has(name))
      .flatMap((pipeline) => checkAlone(objects, pipeline)),
    ...readListeners(sources).findings,
  ];
  const unique = new Map(
    findings.map((finding) => [`${finding.place.file}:${finding.place.line}:${finding.message}`, finding]),
  );
  return [...unique.values()].sort(byPlace);
}

/** A Pipeline with a value for every parameter and a folder for every workspace. */
function checkAlone(objects: TektonObjects, pipeline: Pipeline): TektonFinding[] {
  const run: PipelineRun = {
    ...{ namespace: 'default', labels: {}, annotations: {}, timeouts: {}, taskTimeouts: {}, volumes: [] },
    pipelineRef: { name: pipeline.name, params: [], place: pipeline.place },
    params: pipeline.spec.params.filter((spec) => spec.default === undefined).map(anyValue),
    workspaces: pipeline.spec.workspaces.map(({ name, place }) => ({
      name,
      source: { kind: 'volumeClaimTemplate' },
      place,
    })),
    place: pipeline.place,
  };
  const { findings } = planPipelineRun(objects, run, { name: 'run', uid: 'uid' });
  return findings.map((finding) =>
    finding.code === 'tekton-not-found' ? { ...finding, severity: 'warning' } : finding,
  );
}

function anyValue({ name, type, properties, enum: allowed, place }: ParamSpec): Param {
  const values: Record<typeof type, ParamValue> = {
    string: allowed?.[0] ?? '',
    array: Array.from({ length: manyItems }, () => ''),
    object: Object.fromEntries(properties.map((property) => [property, ''])),
  };
  return { name, value: values[type], place };
}

function byPlace({ place: a }: TektonFinding, { place: b }: TektonFinding): number {
  return a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1;
}
