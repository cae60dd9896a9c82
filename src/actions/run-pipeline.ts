import { resolve } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { refuseFindings } from '../tekton/finding.ts';
import { loadTektonObjects, readTektonFiles, type TektonObjects } from '../tekton/load-objects.ts';
import { planPipelineRun } from '../tekton/plan/plan-pipeline-run.ts';
import type { PipelineRunPlan } from '../tekton/plan/types.ts';
import { closest } from '../tekton/read/closest.ts';
import { executePipelineRun, type PipelineRunResult } from '../tekton/run/execute-pipeline-run.ts';
import type { ExecuteOptions } from '../tekton/run/options.ts';
import type { ParamType, ParamValue, Pipeline, PipelineRun, WorkspaceBinding } from '../tekton/types.ts';

export interface RunPipelineOptions extends Omit<ExecuteOptions, 'volumes'> {
  /** Tekton files, or folders of them. */
  readonly files: readonly string[];
  /** The name of a Pipeline, or of a PipelineRun that stands in the files. */
  readonly name: string;
  /** Texts as a command line has them: an array is separated by commas, an object is JSON. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** A folder for each workspace that is to outlive the run; a needed one that is not named gets a new folder. */
  readonly workspaces?: Readonly<Record<string, string>> | undefined;
  /** Identifies the run; it is part of names, so lower-case letters, digits and dashes. */
  readonly run: { readonly name: string; readonly uid: string };
}

/** A run that is planned but not started, with what it needs to start. */
export interface PreparedPipeline {
  readonly plan: PipelineRunPlan;
  readonly start: () => Promise<PipelineRunResult>;
}

/** Plans a Pipeline of the files; any fault is thrown with its place, and nothing has run then. */
export async function preparePipeline(options: RunPipelineOptions): Promise<PreparedPipeline> {
  const objects = loadTektonObjects(await readTektonFiles(options.files));
  const { run, volumes } = bindFolders(findRun(objects, options), options);
  const { plan, findings } = planPipelineRun(objects, run, options.run);
  refuseFindings(findings);
  const secrets = { ...objects.secrets, ...options.secrets };
  const configMaps = { ...objects.configMaps, ...options.configMaps };
  return {
    plan: plan!,
    start: () => executePipelineRun(plan!, { ...options, volumes, secrets, configMaps }),
  };
}

/** Runs a Pipeline of the files to its end. A run that fails is no error: its state tells. */
export async function runPipeline(options: RunPipelineOptions): Promise<PipelineRunResult> {
  return (await preparePipeline(options)).start();
}

function findRun(objects: TektonObjects, { name, params = {} }: RunPipelineOptions): PipelineRun {
  const pipeline = objects.pipelines.get(name);
  const given = objects.pipelineRuns.find((run) => run.name === name || run.generateName === name);
  if (!pipeline && !given) {
    refuseFindings(objects.findings);
    const names = [...objects.pipelines.keys(), ...objects.pipelineRuns.flatMap((run) => run.name ?? [])];
    const meant = closest(name, names);
    throw new BitiqError({
      code: 'tekton-not-found',
      message: `There is no Pipeline named "${name}" in the files.`,
      fix: meant ? `Did you mean "${meant}"?` : `The files have ${names.join(', ') || 'none'}.`,
      state: 'Nothing was run.',
    });
  }
  const run = given ?? newRun(pipeline!);
  const declared =
    pipeline?.spec ?? run.pipelineSpec ?? objects.pipelines.get(run.pipelineRef?.name ?? '')?.spec;
  const known = declared?.params ?? [];
  const values = Object.entries(params).map(([key, text]) => {
    const spec = known.find((param) => param.name === key);
    if (!spec)
      throw unknownParam(
        key,
        known.map((param) => param.name),
      );
    return { name: key, value: readValue(key, text, spec.type), place: run.place };
  });
  const kept = run.params.filter((param) => !(param.name in params));
  const bound = run.workspaces.map((workspace) => workspace.name);
  const fresh = (declared?.workspaces ?? []).filter(
    ({ name: needed, optional }) => !optional && !bound.includes(needed),
  );
  return {
    ...run,
    params: [...kept, ...values],
    workspaces: [
      ...run.workspaces,
      ...fresh.map(({ name: needed }): WorkspaceBinding => ({
        name: needed,
        source: { kind: 'volumeClaimTemplate' },
        place: run.place,
      })),
    ],
  };
}

function newRun(pipeline: Pipeline): PipelineRun {
  return {
    namespace: 'default',
    labels: {},
    annotations: {},
    pipelineRef: { name: pipeline.name, params: [], place: pipeline.place },
    params: [],
    workspaces: [],
    timeouts: {},
    taskTimeouts: {},
    volumes: [],
    place: pipeline.place,
  };
}

function bindFolders(run: PipelineRun, { workspaces = {} }: RunPipelineOptions) {
  const claim = (name: string) => `folder:${name}`;
  const bindings = Object.keys(workspaces).map((name): WorkspaceBinding => ({
    name,
    source: { kind: 'persistentVolumeClaim', claimName: claim(name), readOnly: false },
    place: run.place,
  }));
  const others = run.workspaces.filter((binding) => !(binding.name in workspaces));
  return {
    run: { ...run, workspaces: [...others, ...bindings] },
    volumes: Object.fromEntries(
      Object.entries(workspaces).map(([name, folder]) => [claim(name), resolve(folder)]),
    ),
  };
}

function readValue(name: string, text: string, type: ParamType): ParamValue {
  if (type === 'string') return text;
  if (type === 'array') return text === '' ? [] : text.split(',');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
    }
  } catch {
    // Said below.
  }
  throw new BitiqError({
    code: 'usage',
    message: `The parameter "${name}" is an object, and its value is not one: ${text}`,
    fix: `Write JSON, such as '{"key":"value"}'.`,
    state: 'Nothing was run.',
  });
}

function unknownParam(name: string, known: readonly string[]): BitiqError {
  const meant = closest(name, known);
  return new BitiqError({
    code: 'usage',
    message: `The Pipeline has no parameter "${name}".`,
    fix: meant ? `Did you mean "${meant}"?` : `It has ${known.join(', ') || 'none'}.`,
    state: 'Nothing was run.',
  });
}
