import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../kit/gitops-repository.ts';
import { textOf } from '../repository/tracked-files.ts';
import type { ScriptResult } from './run-script.ts';

/**
 * Runs the last step of a job as it stands in its workflow, with GitHub's shell, in a checkout that has the tools of this
 * repository. Values of `env` that GitHub would fill in are given.
 */
export function runLastStep(
  workflow: string,
  job: string,
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ScriptResult> {
  const { jobs } = parse(textOf(`.github/workflows/${workflow}`)) as any;
  const { run, env = {} } = jobs[job].steps.at(-1);
  const given: NodeJS.ProcessEnv = { ...process.env, ...env, ...options.env };
  const open = Object.entries(given).filter(([, value]) => value?.includes('${{'));
  if (open.length > 0) throw new Error(`Give a value for ${open.map(([name]) => name).join(', ')}.`);
  if (!existsSync(join(options.cwd, 'tools'))) {
    symlinkSync(join(root, 'tools'), join(options.cwd, 'tools'));
    appendFileSync(join(options.cwd, '.git/info/exclude'), '/tools\n');
  }
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-e', '-c', run], {
      cwd: options.cwd,
      env: given,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
