import { appendFileSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../kit/gitops-repository.ts';
import { textOf } from '../repository/tracked-files.ts';
import { runProcess, type ScriptResult } from './run-script.ts';

/**
 * Runs the last step of a job, or the one whose command has `part`, as it is in its workflow, with GitHub's shell, in a checkout that has the tools of this
 * repository. Values of `env` that GitHub would fill in are given.
 */
export function runStep(
  workflow: string,
  job: string,
  options: {
    readonly cwd: string;
    /** The folder in it that has the GitOps files, as the variable BITIQ_FOLDER names it. */
    readonly folder?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly part?: string;
  },
): Promise<ScriptResult> {
  const { jobs } = parse(textOf(`.github/workflows/${workflow}`)) as any;
  const { steps } = jobs[job];
  const { part, folder = '' } = options;
  const cwd = join(options.cwd, folder);
  const { run, env = {} } = part ? steps.find((step: any) => step.run?.includes(part)) : steps.at(-1);
  const given: NodeJS.ProcessEnv = { ...process.env, ...env, ...options.env };
  const open = Object.entries(given).filter(([, value]) => value?.includes('${{'));
  if (open.length > 0) throw new Error(`Give a value for ${open.map(([name]) => name).join(', ')}.`);
  if (!existsSync(join(cwd, 'tools'))) {
    symlinkSync(join(root, 'tools'), join(cwd, 'tools'));
    appendFileSync(join(options.cwd, '.git/info/exclude'), `${join('/', folder, 'tools')}\n`);
  }
  return runProcess('bash', ['-e', '-c', run], { cwd, env: given });
}
