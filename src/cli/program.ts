import { Command, Option, type CommanderError, type Help } from 'commander';
import { BitiqError } from '../model/errors.ts';
import type { ArgumentSpec, CommandContext, CommandSpec, OptionSpec } from './command.ts';

/** What the parser needs around a command: its streams, and what to do with the command that was chosen. */
export interface ProgramOptions {
  readonly commands: readonly CommandSpec[];
  readonly version: string;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly run: (spec: CommandSpec, input: Pick<CommandContext, 'args' | 'options'>) => Promise<void>;
}

/** The parser of the command line, made from the commands' data. */
export function buildProgram(options: ProgramOptions): Command {
  const program = configure(new Command('bitiq'), options);
  program
    .description(
      'Many services, one release: see, compare, promote and roll back whole combinations of versions, with Git as the only store.',
    )
    .version(options.version, '-V, --version', 'print the version')
    .helpCommand(false)
    .usage('<command> [options]')
    .addHelpText(
      'after',
      '\n`bitiq <command> --help` shows examples. Exit codes: 0 fine, 1 findings or differences, 2 usage, 3 something outside failed.',
    );
  const parents = new Map<string, Command>();
  for (const spec of options.commands) {
    const [first = '', second] = spec.name.split(' ');
    if (second === undefined) {
      program.addCommand(buildCommand(spec, first, options));
      continue;
    }
    let parent = parents.get(first);
    if (parent === undefined) {
      parent = configure(new Command(first), options)
        .helpCommand(false)
        .usage('<command> [options]')
        .helpGroup(`${spec.group}:`);
      parents.set(first, parent);
      program.addCommand(parent);
    }
    parent.addCommand(buildCommand(spec, second, options));
  }
  return program;
}

/**
 * The arguments as the parser wants them: `help promote` asks for the help of promote, and where a word names no command
 * there is no `--help`: then the wrong name is told, and not the help of another one.
 */
export function normalizeHelp(program: Command, given: readonly string[]): string[] {
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  let command: Command | undefined = program;
  for (const word of argv.filter((each) => !each.startsWith('-'))) {
    if (command === undefined || command.commands.length === 0) break;
    command = command.commands.find((each) => each.name() === word);
  }
  return command === undefined ? argv.filter((each) => each !== '--help' && each !== '-h') : [...argv];
}

/** The help text of one command, as `--help` prints it. */
export function helpOf(spec: CommandSpec): string {
  const options: ProgramOptions = {
    commands: [spec],
    version: '',
    out: () => {},
    error: () => {},
    run: async () => {},
  };
  const program = configure(new Command('bitiq'), options);
  const names = spec.name.split(' ');
  const command = buildCommand(spec, names.at(-1) ?? '', options);
  if (names.length > 1) program.addCommand(configure(new Command(names[0]), options).addCommand(command));
  else program.addCommand(command);
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

function buildCommand(spec: CommandSpec, name: string, options: ProgramOptions): Command {
  const command = configure(new Command(name), options)
    .summary(spec.summary)
    .description([capital(spec.summary) + '.', spec.description].filter(Boolean).join('\n\n'))
    .helpGroup(`${spec.group}:`);
  for (const argument of spec.arguments ?? []) command.argument(printArgument(argument), argument.summary);
  for (const option of spec.options ?? []) command.addOption(buildOption(option));
  command.addHelpText('after', printExamples(spec));
  return command.action(async () => options.run(spec, { args: command.args, options: command.opts() }));
}

function buildOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, describeOption(spec)).makeOptionMandatory(spec.required === true);
  if (spec.many)
    option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
  return option;
}

function configure(command: Command, options: ProgramOptions): Command {
  return command
    .helpOption('-h, --help', 'print help')
    .exitOverride((error) => {
      throw error.exitCode === 0 || error.code === 'commander.help' ? error : usageError(error, command);
    })
    .configureHelp({
      helpWidth: 100,
      showGlobalOptions: false,
      visibleCommands: listCommands,
      subcommandTerm: (each) => `${pathOf(each, command)} ${each.usage()}`,
    })
    .configureOutput({
      writeOut: options.out,
      writeErr: options.error,
      // The error is thrown, and printed as every other one.
      outputError: () => {},
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

/** Commands as the help lists them: those of a group one by one. */
function listCommands(this: Help, command: Command): Command[] {
  return command.commands.flatMap((each) => (each.commands.length > 0 ? each.commands : [each]));
}

/** `image build`: the words from below `top` to a command. */
function pathOf(command: Command, top?: Command): string {
  const words: string[] = [];
  for (let each: Command | null = command; each !== null && each !== top; each = each.parent)
    words.unshift(each.name());
  return words.join(' ');
}

/** What the parser refused, as every other error is told. */
function usageError(error: CommanderError, command: Command): BitiqError {
  const [said = '', hint] = error.message.replace(/^error: /, '').split('\n');
  // commander: required option '--image <repository>' not specified
  const missing = /^required option '(--[a-z-]+)/.exec(said)?.[1];
  const near = /Did you mean (?:one of )?(.+)\?/.exec(hint ?? '')?.[1];
  const name = pathOf(command);
  const help =
    missing !== undefined
      ? 'shows an example'
      : command.commands.length > 0
        ? 'lists the commands'
        : 'lists its options';
  const fixes = [
    ...(near === undefined ? [] : [`Did you mean ${near}?`]),
    ...(error.code === 'commander.missingArgument' ? [`Write \`${name} ${command.usage()}\`.`] : []),
    ...(near === undefined ? [`\`${name} --help\` ${help}.`] : []),
  ];
  return new BitiqError({
    code: 'usage',
    message: missing === undefined ? `${capital(said.replace(/\.$/, ''))}.` : `${missing} is missing.`,
    fix: fixes.join(' '),
    cause: error,
  });
}

/** The summary of an option, as the help and the reference show it. */
export function describeOption({ summary, required }: OptionSpec): string {
  return required ? `${summary}; required` : summary;
}

function printArgument({ name, optional, many }: ArgumentSpec): string {
  const text = many ? `${name}...` : name;
  return optional ? `[${text}]` : `<${text}>`;
}

function printExamples(spec: CommandSpec): string {
  const examples = spec.examples.map((example) => `  $ ${example.command}\n      ${example.summary}`);
  const codes = Object.entries(spec.exitCodes ?? {}).map(([code, meaning]) => `  ${code}  ${meaning}`);
  return `\nExamples:\n${examples.join('\n')}${codes.length > 0 ? `\n\nExit codes:\n${codes.join('\n')}` : ''}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
