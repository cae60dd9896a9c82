import { type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { refuseFindings } from '../finding.ts';
import type { TektonObjects } from '../load-objects.ts';
import { readGivenText } from './given-texts.ts';
import { typeOf } from '../read/params.ts';
import { closest } from '../../model/did-you-mean.ts';
import type {
  Param,
  ParamSpec,
  PipelineRun,
  Reference,
  TaskRunRequest,
  WorkspaceBinding,
  WorkspaceDeclaration,
} from '../types.ts';

/** A run of the files, or one that was made for a Pipeline or Task of the files. */
export type SelectedRun =
  | { readonly kind: 'PipelineRun'; readonly run: PipelineRun }
  | { readonly kind: 'TaskRun'; readonly run: TaskRunRequest };

export interface RunSelection {
  /** The name of a Pipeline, PipelineRun, Task or TaskRun. Default: every run of the files, else their only Pipeline or Task. */
  readonly name?: string | undefined;
  /** Texts as a command line has them: an array is separated by commas or JSON, an object is JSON. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** A folder for each workspace that is to outlive the run; a needed one that is not named gets a new folder. */
  readonly workspaces?: Readonly<Record<string, string>> | undefined;
}

/** The runs that are meant, with the given parameters and folders, and the folders of their claims. */
export function selectRuns(
  objects: TektonObjects,
  selection: RunSelection,
): { runs: SelectedRun[]; volumes: Record<string, string> } {
  const { params = {}, workspaces = {} } = selection;
  const selected = selection.name === undefined ? allRuns(objects) : [findRun(objects, selection.name)];
  if (selected.length > 1 && Object.keys({ ...params, ...workspaces }).length > 0) {
    throw new BitiqError({
      code: 'usage',
      message: `The files have ${selected.length} runs, and parameters or workspaces are given for one.`,
      fix: `Name one of ${selected.map(({ run }) => run.name ?? run.generateName).join(', ')}.`,
      state: 'Nothing was run.',
    });
  }
  const claim = (name: string) => `folder:${name}`;
  const runs = selected.map((one) => {
    const declared = declaredBy(objects, one);
    const given = readParams(params, declared.params, one.run);
    for (const [name, folder] of Object.entries(workspaces)) {
      checkWorkspace(name, declared, one);
      checkFolder(name, folder);
    }
    const folders = Object.keys(workspaces).map((name): WorkspaceBinding => ({
      name,
      source: { kind: 'persistentVolumeClaim', claimName: claim(name), readOnly: false },
      place: one.run.place,
    }));
    const kept = one.run.workspaces.filter(({ name }) => !(name in workspaces));
    const isMade = one.run.name === undefined && one.run.generateName === undefined;
    const fresh =
      isMade || selection.name !== undefined
        ? freshFolders(declared.workspaces, [...kept, ...folders], one.run)
        : [];
    const changes = {
      params: [...one.run.params.filter(({ name }) => !(name in params)), ...given],
      workspaces: [...kept, ...folders, ...fresh],
    };
    return one.kind === 'PipelineRun'
      ? { kind: one.kind, run: { ...one.run, ...changes } }
      : { kind: one.kind, run: { ...one.run, ...changes } };
  });
  const volumes = Object.entries(workspaces).map(([name, folder]) => [claim(name), resolve(folder)]);
  return { runs, volumes: Object.fromEntries(volumes) as Record<string, string> };
}

function allRuns(objects: TektonObjects): SelectedRun[] {
  const runs: SelectedRun[] = [
    ...objects.taskRuns.map((run) => ({ kind: 'TaskRun' as const, run })),
    ...objects.pipelineRuns.map((run) => ({ kind: 'PipelineRun' as const, run })),
  ];
  if (runs.length > 0) return runs;
  const names = [...objects.pipelines.keys()];
  if (names.length === 0) names.push(...objects.tasks.keys());
  if (names.length === 1) return [findRun(objects, names[0]!)];
  refuseFindings(objects.findings);
  throw new BitiqError({
    code: 'tekton-missing',
    message: 'There is no PipelineRun and no TaskRun in the files.',
    fix: names.length === 0 ? 'Add one, or a Pipeline or Task.' : `Name one of ${names.join(', ')}.`,
    state: 'Nothing was run.',
  });
}

function findRun(objects: TektonObjects, name: string): SelectedRun {
  const isNamed = (run: { name?: string | undefined; generateName?: string | undefined }) =>
    run.name === name || run.generateName === name;
  const pipelineRun = objects.pipelineRuns.find(isNamed);
  if (pipelineRun) return { kind: 'PipelineRun', run: pipelineRun };
  const taskRun = objects.taskRuns.find(isNamed);
  if (taskRun) return { kind: 'TaskRun', run: taskRun };
  const made = (place: Reference['place']) => ({
    ...{ namespace: 'default', labels: {}, annotations: {}, params: [], workspaces: [], volumes: [] },
    ...{ place, reference: { name, params: [], place } },
  });
  const pipeline = objects.pipelines.get(name);
  if (pipeline) {
    const { reference, ...rest } = made(pipeline.place);
    return { kind: 'PipelineRun', run: { ...rest, pipelineRef: reference, timeouts: {}, taskTimeouts: {} } };
  }
  const task = objects.tasks.get(name);
  if (task) {
    const { reference, ...rest } = made(task.place);
    return { kind: 'TaskRun', run: { ...rest, taskRef: reference, retries: 0 } };
  }
  refuseFindings(objects.findings);
  const runs = [...objects.pipelineRuns, ...objects.taskRuns].flatMap(
    (run) => run.name ?? run.generateName ?? [],
  );
  const names = [...objects.pipelines.keys(), ...runs, ...objects.tasks.keys()];
  const meant = closest(name, names);
  throw new BitiqError({
    code: 'tekton-missing',
    message: `There is no Pipeline, Task or run named "${name}" in the files.`,
    fix: meant ? `Did you mean "${meant}"?` : `The files have ${names.join(', ') || 'none'}.`,
    state: 'Nothing was run.',
  });
}

interface Declared {
  readonly params: readonly ParamSpec[] | 'unknown';
  readonly workspaces: readonly WorkspaceDeclaration[];
}

/** Refuses a workspace that nothing of the run has; embedded tasks may use one that is declared nowhere. */
function checkWorkspace(name: string, declared: Declared, { run }: SelectedRun): void {
  if (declared.params === 'unknown' || JSON.stringify(declared).includes(`workspaces.${name}.`)) return;
  const known = [...new Set([...declared.workspaces, ...run.workspaces].map((one) => one.name))];
  if (known.includes(name)) return;
  throw unknownName('workspace', name, known);
}

/** Refuses what is not a folder and can be none; one that is not there is made. */
function checkFolder(name: string, folder: string): void {
  const stats = statOf(folder);
  if (folder !== '' && (stats === undefined || stats.isDirectory())) return;
  throw new BitiqError({
    code: 'usage',
    message: `The workspace "${name}" needs a folder, but ${folder === '' ? 'none is given' : `${folder} is not a folder`}.`,
    fix: 'Name a folder; it is created if it does not exist.',
    state: 'Nothing was run.',
  });
}

/** What stands at the path, or the file above it that lets nothing stand there; undefined when it is not there yet. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return undefined;
    return statOf(dirname(resolve(path)));
  }
}

function declaredBy(objects: TektonObjects, { kind, run }: SelectedRun): Declared {
  const spec =
    kind === 'PipelineRun'
      ? (run.pipelineSpec ?? objects.pipelines.get(run.pipelineRef?.name ?? '')?.spec)
      : (run.taskSpec ?? objects.tasks.get(run.taskRef?.name ?? '')?.spec);
  const reference = kind === 'PipelineRun' ? run.pipelineRef : run.taskRef;
  return spec ?? { params: reference?.resolver === undefined ? [] : 'unknown', workspaces: [] };
}

function freshFolders(
  declared: readonly WorkspaceDeclaration[],
  bound: readonly WorkspaceBinding[],
  run: SelectedRun['run'],
): WorkspaceBinding[] {
  return declared
    .filter(({ name, optional }) => !optional && !bound.some((binding) => binding.name === name))
    .map(({ name }) => ({ name, source: { kind: 'volumeClaimTemplate' }, place: run.place }));
}

function readParams(
  given: Readonly<Record<string, string>>,
  known: readonly ParamSpec[] | 'unknown',
  run: SelectedRun['run'],
): Param[] {
  return Object.entries(given).map(([name, text]) => {
    // What a resolver is still to fetch declares them.
    if (known === 'unknown') return { name, value: text, isGivenText: true, place: run.place };
    // The run's own reach embedded tasks without being declared.
    const own = run.params.find((param) => param.name === name);
    const type = known.find((param) => param.name === name)?.type ?? (own && typeOf(own.value));
    if (type === undefined)
      throw unknownName('parameter', name, [
        ...new Set([...known, ...run.params].map((param) => param.name)),
      ]);
    const value = readGivenText(text, type);
    if (value === undefined)
      throw new BitiqError({
        code: 'usage',
        message: `The parameter "${name}" is an object, and its value is not one: ${text}`,
        fix: `Write JSON, such as '{"key":"value"}'.`,
        state: 'Nothing was run.',
      });
    return { name, value, place: run.place };
  });
}

function unknownName(what: string, name: string, known: readonly string[]): BitiqError {
  const meant = closest(name, known);
  return new BitiqError({
    code: 'usage',
    message: `There is no ${what} "${name}".`,
    fix: meant ? `Did you mean "${meant}"?` : `There is ${known.join(', ') || 'none'}.`,
    state: 'Nothing was run.',
  });
}
