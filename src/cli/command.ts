import { BitiqError } from '../model/errors.ts';

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
  /** The command does not start without it. Default: optional. */
  readonly required?: boolean;
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
  /** Whether it cleans up before a signal ends it, or finishes first. Default: every command does, but those of the group Reads. */
  readonly endsItself?: boolean;
  /** What it prints into a file is kept to the last byte: data for programs, or logs of your own. Default: only with --json, its stdout. */
  readonly printsBytes?: 'stdout' | 'both';
  /** Runs the command and returns its exit code. A method, so that commands with different options fit into one list. */
  run(context: CommandContext): Promise<number>;
}

/** What a command gets: its arguments, and the two streams, clock and environment that it may use. */
export interface CommandContext<
  Options extends object = object,
  Args extends readonly (string | undefined)[] = readonly (string | undefined)[],
> {
  readonly args: Args;
  readonly options: Options;
  /** Every command, in the order of the help. */
  readonly commands: readonly CommandSpec[];
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

/** `--image-check <dir>` → `imageCheck`; `--no-image-check` sets `imageCheck` too, to false. */
type NameOf<Flags extends string> = Flags extends `${string}--no-${infer Rest}`
  ? CamelCase<FirstWord<Rest>>
  : Flags extends `${string}--${infer Rest}`
    ? CamelCase<FirstWord<Rest>>
    : never;

type FirstWord<Text extends string> = Text extends `${infer Word} ${string}` ? Word : Text;

type CamelCase<Text extends string> = Text extends `${infer Word}-${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Text;

type ValueOf<Option extends OptionSpec> = Option extends { readonly many: true }
  ? readonly string[]
  : Option['flags'] extends `${string}<${string}`
    ? string
    : boolean;

/** The keys and types of options as the parser gives them, from their specs. */
export type OptionsOf<Specs extends readonly OptionSpec[]> = {
  readonly [
    Spec in Specs[number] as Spec extends { readonly required: true } ? NameOf<Spec['flags']> : never
  ]: ValueOf<Spec>;
} & {
  readonly [
    Spec in Specs[number] as Spec extends { readonly required: true } ? never : NameOf<Spec['flags']>
  ]?: ValueOf<Spec> | undefined;
};

type ArgsOf<Specs extends readonly ArgumentSpec[]> = Specs extends readonly [
  infer First extends ArgumentSpec,
  ...infer Rest extends readonly ArgumentSpec[],
]
  ? First extends { readonly many: true }
    ? First extends { readonly optional: true }
      ? readonly string[]
      : readonly [string, ...string[]]
    : readonly [First extends { readonly optional: true } ? string | undefined : string, ...ArgsOf<Rest>]
  : readonly [];

/** The context of a command with these options and arguments. */
export type ContextOf<
  Options extends readonly OptionSpec[],
  Args extends readonly ArgumentSpec[] = readonly ArgumentSpec[],
> = CommandContext<
  OptionsOf<Options>,
  readonly ArgumentSpec[] extends Args ? readonly (string | undefined)[] : ArgsOf<Args>
>;

/** A command whose `run` gets its options and arguments with the types that their specs declare. */
export function defineCommand<
  const Options extends readonly OptionSpec[] = readonly [],
  const Args extends readonly ArgumentSpec[] = readonly [],
>(
  spec: Omit<CommandSpec, 'options' | 'arguments' | 'run'> & {
    readonly options?: Options;
    readonly arguments?: Args;
    readonly run: (context: ContextOf<Options, Args>) => Promise<number>;
  },
): CommandSpec {
  return spec as CommandSpec;
}

/** What a command does whose exit code 1 is an answer that a script acts on: an error never ends with 1, but with 2. */
export async function orNoAnswer(work: () => Promise<number>): Promise<number> {
  return work().catch((error: unknown) => {
    throw error instanceof BitiqError && error.exit === 1 ? error.withExit(2) : error;
  });
}
