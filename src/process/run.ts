import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { BitiqError } from '../model/errors.ts';
import { findKnownSecrets } from '../model/find-secrets.ts';
import { endTree } from './end-tree.ts';
import { quoteWhereNeeded } from './quote-for-shell.ts';

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
  /** After so many milliseconds it is ended, with all that it started: `timedOut`. */
  readonly limitMs?: number | undefined;
  /** Exit codes that are not a failure; `any` where the caller looks at the code itself. Default: only 0. */
  readonly allow?: readonly number[] | 'any' | undefined;
}

export interface RunResult {
  /** 128 where a signal ended it. */
  readonly code: number;
  readonly signal?: NodeJS.Signals | undefined;
  /** It was ended here, as it took too long. */
  readonly timedOut?: true | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a tool to its end and gives its output; a missing tool, a missing working directory or an exit code that is not allowed is a
 * BitiqError.
 */
export function run(tool: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise<RunResult>((resolve, reject) => {
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
    child.on('error', reject);
    let timedOut: true | undefined;
    const limit = setTimeout(
      () => {
        timedOut = true;
        // A process that was left behind keeps the pipes open.
        void endTree(child.pid!, 2000).then(() =>
          [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()),
        );
      },
      options.limitMs ?? 2 ** 31 - 1,
    );
    if (options.limitMs === undefined) clearTimeout(limit);
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit);
      const stderr = Buffer.concat(err).toString('utf8');
      const code = exitCode ?? 128;
      const { allow = [0] } = options;
      if (allow !== 'any' && !allow.includes(code)) {
        reject(failed(tool, args, options, signal ?? code, stderr || Buffer.concat(out).toString('utf8')));
        return;
      }
      resolve({ code, signal: signal ?? undefined, timedOut, stdout: Buffer.concat(out), stderr });
    });
    child.stdin.end(options.input);
  }).catch((error: NodeJS.ErrnoException) => {
    throw notStarted(tool, options, error);
  });
}

/** `ENOENT` is what the system says of a missing program and of a missing working directory. */
function notStarted(tool: string, { cwd, to }: RunOptions, cause: NodeJS.ErrnoException): Error {
  if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') return cause;
  if (cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return new BitiqError({
      code: 'system-error',
      message: `${tool} could not be started to ${to}: its working directory ${cwd} is not a folder, or does not exist any more.`,
      fix: 'Look what moved or removed that folder, and run the command again.',
      cause,
    });
  }
  return new BitiqError({
    code: 'tool-missing',
    message: `${tool} is needed to ${to}, and it could not be started${cwd ? ` in ${cwd}` : ''}.`,
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
  const command = stripSecrets([tool, ...args].map(quoteWhereNeeded).join(' '), options.secrets ?? []);
  const how = typeof end === 'number' ? `with exit code ${end}` : `by ${end}`;
  return new BitiqError({
    code: 'tool-failed',
    message: `${tool} failed to ${options.to}: it ended ${how}.\n  command: ${command}${tail && `\n${indent(tail)}`}`,
    fix: 'Read the last lines above; they are what the tool itself printed.',
  });
}

/**
 * The text with `***` in place of every given secret, of logins and signatures in addresses (also percent-encoded), of
 * Authorization headers, and of whatever has the form of a known token. The user of an SSH address stays readable.
 */
export function stripSecrets(text: string, secrets: readonly string[]): string {
  let stripped = text;
  for (const secret of secrets) if (secret.length > 3) stripped = stripped.replaceAll(secret, '***');
  stripped = stripped
    .replace(/\b([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#"<>]*)@/gi, (whole, scheme: string, login: string) =>
      isOnlyUser(scheme, login) ? whole : `${scheme}***@`,
    )
    .replace(/(%3A%2F%2F)(?:(?!%2F|%40)[^\s/?#"<>&=])+%40/gi, '$1***%40')
    .replace(
      /([?&](?:[\w.-]{0,40}[_.-])?(?:token|secret|password|passwd|signature|sig|api_?key|key|auth)=)[^\s&;#"'<>`]+/gi,
      '$1***',
    )
    .replace(/(\bAuthorization["']?[:=][ \t]*["']?(?:(?:Basic|Bearer|token)[ \t]+)?)[^\s"',]+/gi, '$1***');
  for (const { start, end } of findKnownSecrets(stripped).reverse())
    if (!stripped.slice(start, end).includes('***'))
      stripped = `${stripped.slice(0, start)}***${stripped.slice(end)}`;
  return stripped;
}

function isOnlyUser(scheme: string, login: string): boolean {
  return login === 'git' || (/^(?:git\+|svn\+)?ssh/i.test(scheme) && !/:|%3a/i.test(login));
}

function indent(text: string): string {
  return text.replace(/^/gm, '  | ');
}
