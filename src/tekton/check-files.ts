import type { TektonFinding } from './finding.ts';
import { loadTektonObjects } from './load-objects.ts';
import { planPipelineRun } from './plan/plan-pipeline-run.ts';
import { planTaskRun } from './plan/plan-task-run.ts';
import type { SourceFile } from './read/documents.ts';
import { readListeners } from './triggers/load-listener.ts';
import type { Param, ParamSpec, ParamValue, Pipeline, PipelineRun } from './types.ts';

/** How many items an array has that stands for one that is not known. */
const manyItems = 1000;

/**
 * Every fault of Tekton files, with its place, as Tekton's admission and the start of a run would find them: of Tasks,
 * Pipelines and StepActions, of each run, of each Pipeline that no run of the files uses (a Task that is not there is then a
 * warning only when `mayLieElsewhere`), and of triggers. Nothing is fetched: what a resolver would fetch, and what only a cluster
 * can do, is a warning.
 */
export function checkTektonFiles(
  sources: readonly SourceFile[],
  { mayLieElsewhere }: { readonly mayLieElsewhere: boolean },
): TektonFinding[] {
  const objects = loadTektonObjects(sources);
  const used = new Set(objects.pipelineRuns.map((run) => run.pipelineRef?.name));
  const alone = [...objects.pipelines.values()]
    .filter(({ name }) => !used.has(name))
    .flatMap((pipeline) => planPipelineRun(objects, runOf(pipeline), identity).findings);
  const findings = [
    ...objects.findings,
    ...objects.pipelineRuns.flatMap((run) => planPipelineRun(objects, run, identity).findings),
    ...objects.taskRuns.flatMap((run) => planTaskRun(objects, run, identity).findings),
    ...alone.map((finding) =>
      finding.code === 'tekton-missing' && mayLieElsewhere ? asWarning(finding) : finding,
    ),
    ...readListeners(sources).findings,
  ].map((finding) => (mayBeFine(finding) ? asWarning(finding) : finding));
  const unique = new Map(
    findings.map((finding) => [`${finding.place.file}:${finding.place.line}:${finding.message}`, finding]),
  );
  return [...unique.values()].sort(byPlace);
}

const identity = { name: 'run', uid: 'uid' };

/** What only a cluster can tell or do: a run here refuses it by name, and a cluster may take it. */
function mayBeFine({ code, reference }: TektonFinding): boolean {
  return reference !== undefined || code === 'tekton-unsupported';
}

function asWarning(finding: TektonFinding): TektonFinding {
  return { ...finding, severity: 'warning' };
}

/** A run that gives a Pipeline a value for every parameter and a folder for every workspace. */
function runOf(pipeline: Pipeline): PipelineRun {
  return {
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
}

function anyValue({ name, type, properties, enum: allowed, place }: ParamSpec): Param {
  const values: Record<typeof type, ParamValue> = {
    string: allowed?.[0] ?? name,
    array: Array.from({ length: manyItems }, () => name),
    object: Object.fromEntries(properties.map((property) => [property, property])),
  };
  return { name, value: values[type], place };
}

function byPlace({ place: a }: TektonFinding, { place: b }: TektonFinding): number {
  return a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1;
}
