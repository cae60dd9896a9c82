import { spawn } from 'node:child_process';

/** A golden file: comment lines, then command lines (`$ …`), each followed by what it printed and its exit code. */
export interface GoldenFile {
  readonly comments: readonly string[];
  /** Of a comment `# state: fresh`; default `released`. */
  readonly state: 'fresh' | 'released';
  readonly commands: readonly string[];
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Reads what a golden file says is to be run; what it says was printed is not looked at. */
export function parseGolden(text: string): GoldenFile {
  const lines = text.split('\n');
  const comments = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  const state = comments.includes('# state: fresh') ? 'fresh' : 'released';
  return {
    comments,
    state,
    commands: lines.flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : [])),
  };
}

/** The text of a golden file with these results. */
export function printGolden(golden: GoldenFile, results: readonly CommandResult[]): string {
  const parts = golden.commands.map((command, index) => {
    const { stdout, stderr, code } = results[index]!;
    return [
      `$ ${command}`,
      ...(stdout === '' ? [] : [withEnd(stdout)]),
      ...(stderr === '' ? [] : ['--- stderr', withEnd(stderr)]),
      `--- exit ${code}`,
    ].join('\n');
  });
  return [...golden.comments, parts.join('\n\n'), ''].join('\n');
}

/** Runs one line in a shell. */
export function runLine(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, code: code ?? 128 }));
  });
}

function withEnd(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : `${text}\n(no newline at the end)`;
}
