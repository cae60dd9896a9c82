#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { BitiqError, Interrupted } from '../model/errors.ts';
import { tellWaits } from '../process/still-waiting.ts';
import type { CommandContext } from './command.ts';
import { commands } from './command-list.ts';
import { explainMachine, outputFailed } from './explain-machine.ts';
import { forTerminal } from './for-terminal.ts';
import { printError, printJsonError } from './print-error.ts';
import { buildProgram, normalizeHelp } from './program.ts';
import { proposeInstead } from './propose-instead.ts';
import { toolkitRoot } from './toolkit-root.ts';

const stop = new AbortController();
let code = 0;
let hasPrinted = false;

const program = buildProgram({
  commands,
  version: (JSON.parse(readFileSync(join(toolkitRoot(), 'package.json'), 'utf8')) as { version: string })
    .version,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  run: async (spec, input) => {
    // What only reads leaves nothing behind, so the system may end it at once, however busy it is.
    if (spec.endsItself ?? spec.group !== 'Reads') endBySignals();
    const argv = process.argv.slice(2);
    const isExact =
      spec.printsBytes !== undefined || (input.options as { readonly json?: boolean }).json === true;
    const context: CommandContext = {
      ...input,
      commands,
      cwd: process.cwd(),
      env: process.env,
      now: () => new Date(),
      out: (text) => {
        hasPrinted = true;
        print(process.stdout, `${text}\n`, isExact);
      },
      note: (text) => print(process.stderr, `${text}\n`, spec.printsBytes === 'both'),
      colour: wantsColour(process.stdout),
      signal: stop.signal,
    };
    tellWaits(context.note);
    code = await spec.run(context).catch((error: unknown) => {
      throw proposeInstead(error, spec, argv);
    });
  },
});

process.stdout.on('error', (error) => endOutput(error, 'The output'));
process.stderr.on('error', (error) => endOutput(error, 'What goes to stderr'));

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(normalizeHelp(program, process.argv.slice(2)), { from: 'user' });
} catch (thrown) {
  const error = explainMachine(thrown);
  if (error instanceof CommanderError) code = error.exitCode === 0 ? 0 : 2;
  else if (stop.signal.aborted) {
    if (error instanceof Interrupted) process.stderr.write(`${error.message}\n`);
    code = 130;
  } else {
    print(process.stderr, `${printError(error, wantsColour(process.stderr))}\n`);
    if (wantsJson(process.argv) && !hasPrinted) process.stdout.write(`${printJsonError(error)}\n`);
    code = error instanceof BitiqError ? error.exit : 3;
  }
}
process.exitCode ??= code;

/** The first signal asks the command to end. The second one means it: whatever still runs is left to the next start. */
function endBySignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(signal);
    });
  }
}

/** A reader that has seen enough, such as `| head`, is not a failure. Any other fault is, such as a full disk: a part of the output is not the output. */
function endOutput(error: NodeJS.ErrnoException, what: string): void {
  if (error.code === 'EPIPE') process.exit(code);
  if (process.exitCode === 3) return;
  process.exitCode = 3;
  print(process.stderr, `${printError(outputFailed(error, what), wantsColour(process.stderr))}\n`);
}

/** Whether `--json` was given; what the parser refused has no options. What follows `--` belongs to another command. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(2, end === -1 ? undefined : end).includes('--json');
}

/** Prints nothing that steers a terminal, also into a file that is shown on one later; `isExact` prints every byte of data into a file. */
function print(stream: NodeJS.WriteStream, text: string, isExact = false): void {
  stream.write(
    isExact && !stream.isTTY ? text : forTerminal(text, { colour: wantsColour(stream) || isExact }),
  );
}

function wantsColour(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR']) return false;
  return process.env['FORCE_COLOR'] ? process.env['FORCE_COLOR'] !== '0' : stream.isTTY === true;
}
