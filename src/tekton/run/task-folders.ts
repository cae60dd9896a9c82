import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TaskSpec } from '../types.ts';

/** The places of a TaskRun that its variables name, either on this machine or as its steps see them. */
export interface TaskPlaces {
  readonly home: string;
  readonly temporary: string;
  readonly results: string;
  readonly scripts: string;
  readonly credentials: string;
  /** What `/workspace` is in a Pod. */
  readonly workspace: string;
  step(name: string): { readonly results: string; readonly exitCode: string };
}

/** The folders of one attempt of a TaskRun: what `/tekton` and `/workspace` are in a Pod. */
export interface TaskFolders extends TaskPlaces {
  readonly root: string;
  /** What becomes `/tekton`. */
  readonly tekton: string;
  /** The same places as the steps see them: real paths with mounts, else those of this machine. */
  readonly seen: TaskPlaces;
  readonly hasRealPaths: boolean;
  /** Whether every user may write. */
  readonly isOpen: boolean;
}

/** Makes the folders; those that are open can be written by every user, as the volumes of a Pod can. */
export function makeTaskFolders(
  root: string,
  spec: TaskSpec,
  { hasRealPaths, isOpen }: { readonly hasRealPaths: boolean; readonly isOpen: boolean },
): TaskFolders {
  const tekton = join(root, 'tekton');
  const names = spec.steps.map((step) => step.name);
  const places = placesIn(tekton, join(root, 'workspace'), names);
  const seen = hasRealPaths ? placesIn('/tekton', '/workspace', names) : places;
  // Not made recursively, which costs several times as much: each parent is there.
  const folders = [tekton, places.home, places.temporary, places.scripts, places.workspace];
  // Each costs time, and without real paths only a variable leads to these.
  if (hasRealPaths || spec.results.length > 0) folders.push(places.results);
  for (const folder of folders) mkdirSync(folder);
  if (isOpen) for (const folder of folders.slice(1)) chmodSync(folder, 0o777);
  return { ...places, root, tekton, seen, hasRealPaths, isOpen };
}

/** Makes the folders of what steps report, when the steps see `/tekton` or a text of the task, with everything put in, names one. */
export function makeStatusFolders(folders: TaskFolders, { steps, sidecars }: TaskSpec): void {
  const run = join(folders.tekton, 'run');
  if (!folders.hasRealPaths && !JSON.stringify([steps, sidecars]).includes(JSON.stringify(run).slice(1, -1)))
    return;
  mkdirSync(run);
  for (const [index, { name }] of steps.entries()) {
    const { results } = folders.step(name);
    for (const folder of [join(run, String(index)), dirname(results), results]) mkdirSync(folder);
    if (folders.isOpen) for (const folder of [dirname(results), results]) chmodSync(folder, 0o777);
  }
  if (folders.hasRealPaths)
    linkSteps(
      folders.tekton,
      steps.map(({ name }) => name),
    );
}

/** Writes the exit code of a step to where the others may look for it. */
export function writeExitCode(folders: TaskFolders, step: string, exitCode: number): void {
  const file = folders.step(step).exitCode;
  if (existsSync(dirname(file))) writeFileSync(file, String(exitCode));
}

/** `/tekton/steps/<step>`, by name and by number, leads to what the step reports. */
function linkSteps(tekton: string, names: readonly string[]): void {
  mkdirSync(join(tekton, 'steps'));
  for (const [index, name] of names.entries()) {
    for (const link of new Set([name, `step-${name}`, String(index)])) {
      symlinkSync(join('..', 'run', String(index), 'status'), join(tekton, 'steps', link));
    }
  }
}

function placesIn(tekton: string, workspace: string, steps: readonly string[]): TaskPlaces {
  return {
    home: join(tekton, 'home'),
    temporary: join(tekton, 'tmp'),
    results: join(tekton, 'results'),
    scripts: join(tekton, 'scripts'),
    credentials: join(tekton, 'creds'),
    workspace,
    step: (name) => {
      const status = join(tekton, 'run', String(steps.indexOf(name)), 'status');
      return { results: join(status, 'results'), exitCode: join(status, 'exitCode') };
    },
  };
}
