import { spawn } from 'node:child_process';
import { BitiqError } from '../model/errors.ts';

export interface RunOptions {
  /** Why the tool is run, as the end of "git failed to …". */
  readonly to: string;
  readonly cwd?: string | undefined;
  /** The whole environment of the process. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly input?: string | Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Texts that are replaced by `***` in every message. */
  readonly secrets?: readonly string[] | undefined;
  /** Exit codes that are not a failure. Default: only 0. */
  readonly allow?: readonly number[] | undefined;
}

export interface RunResult {
  /** 128 where a signal ended it. */
  readonly code: number;
  readonly signal?: NodeJS.Signals | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a tool to its end and gives its output; a missing tool or an exit code that is not allowed is a BitiqError. */
export function run(tool: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      signal: options.signal,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {}); // a tool may end before it has read its input; its exit code tells the story
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? missing(tool, options, error) : error);
    });
    child.on('close', (exitCode, signal) => {
      const stderr = Buffer.concat(err).toString('utf8');
      const code = exitCode ?? 128;
      if (!(options.allow ?? [0]).includes(code)) {
        reject(failed(tool, args, options, signal ?? code, stderr || Buffer.concat(out).toString('utf8')));
        return;
      }
      resolve({ code, signal: signal ?? undefined, stdout: Buffer.concat(out), stderr });
    });
    child.stdin.end(options.input);
  });
}

function missing(tool: string, options: RunOptions, cause: Error): BitiqError {
  return new BitiqError({
    code: 'tool-missing',
    message: `${tool} is needed to ${options.to}, and it could not be started${options.cwd ? ` in ${options.cwd}` : ''}.`,
    fix: `Install ${tool} and see that it is on PATH (\`bitiq doctor\` checks all tools).`,
    cause,
  });
}

function failed(
  tool: string,
  args: readonly string[],
  options: RunOptions,
  end: number | NodeJS.Signals,
  output: string,
): BitiqError {
  const tail = stripSecrets(output.trimEnd().split('\n').slice(-12).join('\n'), options.secrets ?? []);
  const command = stripSecrets([tool, ...args].map(quoteForReading).join(' '), options.secrets ?? []);
  const how = typeof end === 'number' ? `with exit code ${end}` : `by ${end}`;
  return new BitiqError({
    code: 'tool-failed',
    message: `${tool} failed to ${options.to}: it ended ${how}.\n  command: ${command}${tail && `\n${indent(tail)}`}`,
    fix: 'Read the last lines above; they are what the tool itself printed.',
  });
}

/** The text with every secret, and every user:password part of a URL, replaced by `***`. */
export function stripSecrets(text: string, secrets: readonly string[]): string {
  let stripped = text.replace(/(\b\w+:\/\/)[^/\s@:]*:[^/\s@]+@/g, '$1***@');
  for (const secret of secrets) if (secret.length > 3) stripped = stripped.replaceAll(secret, '***');
  return stripped;
}

function quoteForReading(argument: string): string {
  return /^[\w@%+=:,./^~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  | ');
}
