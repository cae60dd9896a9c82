import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../kit/gitops-repository.ts';

/** What a script of tools/workflows printed, and how it ended. */
export interface ScriptResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of tools/workflows as a workflow does: in a checkout, with an environment. */
export function runScript(
  name: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ScriptResult> {
  return runProcess(process.execPath, [join(root, 'tools/workflows', name), ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
}

/** Runs a program to its end, whatever that is. */
export function runProcess(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<ScriptResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
