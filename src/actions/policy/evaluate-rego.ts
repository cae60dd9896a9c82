import { writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BitiqError, messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { PolicyFinding, PolicyVerdict } from '../../model/policy.ts';
import type { ReleaseInput } from '../../model/policy-release.ts';
import type { RenderedDocument } from '../../kubernetes/objects.ts';
import { run } from '../../process/run.ts';
import { inScratchFolder } from '../../process/scratch-folder.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { placeInValues, serviceOfDocument } from './locate-finding.ts';
import { brokenFile, notEvaluated, unclearRule, unreadRules, type RegoError } from './rego-faults.ts';

/** What Rego files say, in the form of the other policies. */
export interface RegoReport {
  readonly verdicts: readonly PolicyVerdict[];
  readonly findings: readonly PolicyFinding[];
  /** Files that are broken or were not evaluated; then nothing in the Rego files has decided anything. */
  readonly faults: readonly Finding[];
}

interface RegoOptions {
  readonly documents: readonly RenderedDocument[];
  readonly release?: ReleaseInput | undefined;
  readonly values?: YamlSource | undefined;
  readonly file?: string | undefined;
  /** Ends `opa`. */
  readonly signal?: AbortSignal | undefined;
}

/** After so long `opa` gives up by itself, and the files count as not evaluated. */
const timeLimit = '120s';

/**
 * Evaluates Rego files by the real `opa`, once for all objects: each set or list `deny` and `warn` of a package below
 * `bitiq` holds texts, or objects with `msg` and optionally `object` (`Kind/name`) and `fix`. The input is
 * `{"objects": […], "release": {…}}`. Where `opa` is missing, fails or takes too long, every file is a fault: not evaluated.
 * A built-in that fails does not make a rule quietly undefined, but is an error.
 */
export async function evaluateRego(
  files: ReadonlyMap<string, string>,
  options: RegoOptions,
): Promise<RegoReport> {
  if (files.size === 0) return nothing;
  const unread = [...files].flatMap(([file, text]) => unreadRules(file, text));
  try {
    return await inScratchFolder('rego', async (folder) => {
      for (const [path, text] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      const input = { objects: options.documents.map(({ object }) => object), release: options.release };
      const args = ['eval', '--format', 'json', '--strict-builtin-errors', '--timeout', timeLimit];
      const { code, stdout, stderr } = await run(
        'opa',
        [...args, '--stdin-input', '--data', folder, 'data.bitiq'],
        {
          to: 'evaluate the Rego policies',
          input: JSON.stringify(input),
          allow: [0, 1, 2],
          signal: options.signal,
        },
      );
      const output = parseOutput(stdout.toString('utf8'));
      if (output?.errors) return { ...nothing, faults: [...output.errors.map(brokenFile), ...unread] };
      // Without a package below bitiq it prints `{}`.
      if (output === undefined || code !== 0) {
        const said =
          stderr.trim().split('\n').at(-1) || `it ended with exit code ${code} and printed no result`;
        throw new Error(`opa failed: ${said.replace(/\.$/, '')}`);
      }
      const report = read(output, [...files.keys()], options);
      return { ...report, faults: [...report.faults, ...unread] };
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const isMissing = error instanceof BitiqError && error.code === 'tool-missing';
    const why = isMissing ? 'it is Rego, and there is no opa on PATH' : oneLine(messageOf(error));
    return { ...nothing, faults: [...files.keys()].map((file) => notEvaluated(file, why)) };
  }
}

/** What `opa eval --format json` prints. */
interface RegoOutput {
  readonly result?: readonly { readonly expressions?: readonly { readonly value?: unknown }[] }[];
  readonly errors?: readonly RegoError[];
}

function parseOutput(text: string): RegoOutput | undefined {
  try {
    return JSON.parse(text) as RegoOutput;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.split('\n')[0]!.replace(/\.$/, '');
}

const nothing: RegoReport = { verdicts: [], findings: [], faults: [] };

interface Decision {
  readonly package: string;
  readonly rule: 'deny' | 'warn';
  readonly msg: string;
  readonly object?: string | undefined;
  readonly fix?: string | undefined;
}

function read(output: RegoOutput, files: readonly string[], options: RegoOptions): RegoReport {
  const root = output.result?.[0]?.expressions?.[0]?.value;
  const { decisions, unclear } = decisionsIn(root, 'bitiq');
  const pairs = decisions.map((decision) => {
    const object = decision.object ?? `Release/${options.release?.release.name ?? ''}`;
    const [kind = '', name = ''] = object.split('/');
    const file = fileOf(decision.package, files);
    const document = options.documents.find((each) => each.kind === kind && each.name === name);
    const verdict: PolicyVerdict = {
      policy: decision.package,
      policyFile: file,
      kind,
      name,
      namespace: '',
      result: 'fail',
      actions: [decision.rule === 'deny' ? 'Deny' : 'Warn'],
      message: decision.msg,
    };
    const finding: PolicyFinding = {
      policy: decision.package,
      policyFile: file,
      severity: decision.rule === 'deny' ? 'error' : 'warning',
      object,
      message: decision.msg,
      fix: decision.fix ?? `Change what ${file} requires.`,
      place: options.values
        ? placeInValues(undefined, document && serviceOfDocument(document), options.values)
        : { file: options.file ?? file },
    };
    return { verdict, finding };
  });
  return {
    verdicts: pairs.map(({ verdict }) => verdict),
    findings: pairs.map(({ finding }) => finding),
    faults: unclear.map(({ package: name, rule }) => unclearRule(fileOf(name, files), name, rule)),
  };
}

function fileOf(name: string, files: readonly string[]): string {
  return files.find((path) => path.includes(name.split('.').at(-1)!)) ?? files[0]!;
}

/** What the rules of all packages decided, and the rules that decided something which is not a list. */
interface Decisions {
  readonly decisions: readonly Decision[];
  readonly unclear: readonly Pick<Decision, 'package' | 'rule'>[];
}

function decisionsIn(value: unknown, name: string): Decisions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { decisions: [], unclear: [] };
  }
  const parts = Object.entries(value).map(([key, item]: [string, unknown]): Decisions => {
    if (key !== 'deny' && key !== 'warn') return decisionsIn(item, `${name}.${key}`);
    if (Array.isArray(item)) {
      return { decisions: item.map((each: unknown) => decisionOf(each, name, key)), unclear: [] };
    }
    // A package may be called so. Else `true` or a text denies something in its author's mind, and no one would read it.
    const below = decisionsIn(item, `${name}.${key}`);
    const isPackage = below.decisions.length + below.unclear.length > 0;
    return isPackage || item === false ? below : { decisions: [], unclear: [{ package: name, rule: key }] };
  });
  return {
    decisions: parts.flatMap(({ decisions }) => decisions),
    unclear: parts.flatMap(({ unclear }) => unclear),
  };
}

function decisionOf(decided: unknown, name: string, rule: Decision['rule']): Decision {
  const { msg, object, fix } = (
    typeof decided === 'object' && decided !== null ? decided : { msg: decided }
  ) as Record<string, unknown>;
  return {
    package: name,
    rule,
    msg: typeof msg === 'string' ? msg : JSON.stringify(decided),
    object: typeof object === 'string' ? object : undefined,
    fix: typeof fix === 'string' ? fix : undefined,
  };
}
