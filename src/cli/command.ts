/** An argument of a command, in the order of the command line. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  /** Default: required. */
  readonly optional?: boolean;
  /** Takes all that follow; only the last argument can. */
  readonly many?: boolean;
}

/** An option of a command; `flags` in commander's notation, such as `--reason <text>` or `--json`. */
export interface OptionSpec {
  readonly flags: string;
  readonly summary: string;
  /** Can be given several times; its value is a list. */
  readonly many?: boolean;
}

export interface ExampleSpec {
  readonly command: string;
  readonly summary: string;
}

/** A command as data: help, reference pages and the parser come from it. */
export interface CommandSpec {
  /** Such as `promote` or `image build`. */
  readonly name: string;
  readonly group: 'Reads' | 'Writes' | 'Runs' | 'Builds';
  readonly summary: string;
  /** Paragraphs that follow the summary. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly ExampleSpec[];
  /** What an exit code means here, where it is more than the usual. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Exit code 1 is an answer that a script acts on, so an error never ends with it: with 2 instead. */
  readonly answersWithOne?: true;
  /** Whether it cleans up before a signal ends it, or finishes first. Default: every command does, but those of the group Reads. */
  readonly endsItself?: boolean;
  /** What it prints into a file is kept to the last byte: data for programs, or logs of your own. Default: only with --json, its stdout. */
  readonly printsBytes?: 'stdout' | 'both';
  /** Does the command and gives its exit code. */
  readonly run: (context: CommandContext) => Promise<number>;
}

/** What a command gets: its arguments, and the two streams, clock and environment that it may use. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
  /** Data, for stdout; a newline is added. */
  readonly out: (text: string) => void;
  /** Status, for stderr; a newline is added. */
  readonly note: (text: string) => void;
  /** Whether stdout may carry colour. */
  readonly colour: boolean;
  /** Aborted on Ctrl-C or a signal to end. */
  readonly signal: AbortSignal;
}

/** The option's text, or undefined. */
export function textOption(context: CommandContext, name: string): string | undefined {
  const value = context.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a flag was given. */
export function flagOption(context: CommandContext, name: string): boolean {
  return context.options[name] === true;
}

/** The texts of an option that can be given several times. */
export function listOption(context: CommandContext, name: string): string[] {
  const value = context.options[name];
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
}
