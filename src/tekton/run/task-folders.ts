import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskSpec } from '../types.ts';

/** The folders of one attempt of a TaskRun: what `/tekton` and `/workspace` are in a Pod. */
export interface TaskFolders {
  readonly root: string;
  readonly home: string;
  readonly temporary: string;
  readonly results: string;
  readonly scripts: string;
  /** Where a step starts that names no working directory. */
  readonly workspace: string;
  step(name: string): { readonly results: string; readonly exitCode: string };
}

export function makeTaskFolders(root: string, spec: TaskSpec): TaskFolders {
  const folders: TaskFolders = {
    root,
    home: join(root, 'home'),
    temporary: join(root, 'tmp'),
    results: join(root, 'results'),
    scripts: join(root, 'scripts'),
    workspace: join(root, 'workspace'),
    step: (name) => ({
      results: join(root, 'steps', name, 'results'),
      exitCode: join(root, 'steps', name, 'exitCode'),
    }),
  };
  for (const folder of [folders.home, folders.temporary, folders.results, folders.workspace]) {
    mkdirSync(folder, { recursive: true });
  }
  for (const step of spec.steps) mkdirSync(folders.step(step.name).results, { recursive: true });
  return folders;
}
