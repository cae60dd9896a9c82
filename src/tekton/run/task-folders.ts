import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TaskSpec } from '../types.ts';
import { isThere } from './paths.ts';

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
export async function makeTaskFolders(
  root: string,
  spec: TaskSpec,
  { hasRealPaths, isOpen }: { readonly hasRealPaths: boolean; readonly isOpen: boolean },
): Promise<TaskFolders> {
  const tekton = join(root, 'tekton');
  const names = spec.steps.map((step) => step.name);
  const places = placesIn(tekton, join(root, 'workspace'), names);
  const seen = hasRealPaths ? placesIn('/tekton', '/workspace', names) : places;
  // Not made recursively, which costs several times as much: each parent is there.
  const folders = [tekton, places.home, places.temporary, places.scripts, places.workspace];
  // Each costs time, and without real paths only a variable leads to these.
  if (hasRealPaths || spec.results.length > 0) folders.push(places.results);
  for (const folder of folders) await mkdir(folder);
  if (isOpen) await Promise.all(folders.slice(1).map((folder) => chmod(folder, 0o777)));
  return { ...places, root, tekton, seen, hasRealPaths, isOpen };
}

/** Makes the folders of what steps report, when the steps see `/tekton` or a text of the task, with everything put in, names one. */
export async function makeStatusFolders(folders: TaskFolders, { steps, sidecars }: TaskSpec): Promise<void> {
  const run = join(folders.tekton, 'run');
  if (!folders.hasRealPaths && !JSON.stringify([steps, sidecars]).includes(JSON.stringify(run).slice(1, -1)))
    return;
  await mkdir(run);
  for (const [index, { name }] of steps.entries()) {
    const { results } = folders.step(name);
    for (const folder of [join(run, String(index)), dirname(results), results]) await mkdir(folder);
    if (folders.isOpen) for (const folder of [dirname(results), results]) await chmod(folder, 0o777);
  }
  if (folders.hasRealPaths)
    await linkSteps(
      folders.tekton,
      steps.map(({ name }) => name),
    );
}

/** Writes the exit code of a step to where the others may look for it. */
export async function writeExitCode(folders: TaskFolders, step: string, exitCode: number): Promise<void> {
  const file = folders.step(step).exitCode;
  if (await isThere(dirname(file))) await writeFile(file, String(exitCode));
}

/** `/tekton/steps/<step>`, by name and by number, leads to what the step reports. */
async function linkSteps(tekton: string, names: readonly string[]): Promise<void> {
  await mkdir(join(tekton, 'steps'));
  for (const [index, name] of names.entries()) {
    for (const link of new Set([name, `step-${name}`, String(index)])) {
      await symlink(join('..', 'run', String(index), 'status'), join(tekton, 'steps', link));
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
