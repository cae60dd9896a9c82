import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { PolicyFinding, PolicyVerdict } from '../../model/policy.ts';
import type { ReleaseInput } from '../../model/policy-release.ts';
import type { RenderedDocument } from '../../kubernetes/objects.ts';
import { run } from '../../process/run.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { placeInValues, serviceOf } from './locate-finding.ts';

/** What Rego files say, in the form of the other policies. */
export interface RegoReport {
  readonly verdicts: readonly PolicyVerdict[];
  readonly findings: readonly PolicyFinding[];
  /** Files that are broken, or that were not evaluated since there is no `opa`. */
  readonly faults: readonly Finding[];
}

interface RegoOptions {
  readonly documents: readonly RenderedDocument[];
  readonly release?: ReleaseInput | undefined;
  readonly values?: YamlSource | undefined;
  readonly file?: string | undefined;
}

/**
 * Evaluates Rego files by the real `opa`, once for all objects: each set or list `deny` and `warn` of a package below
 * `bitiq` holds texts, or objects with `msg` and optionally `object` (`Kind/name`) and `fix`. The input is
 * `{"objects": […], "release": {…}}`. Without `opa` on PATH every file is named as not evaluated.
 */
export async function evaluateRego(
  files: ReadonlyMap<string, string>,
  options: RegoOptions,
): Promise<RegoReport> {
  if (files.size === 0) return nothing;
  const folder = await mkdtemp(join(tmpdir(), 'bitiq-rego-'));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const input = { objects: options.documents.map(({ object }) => object), release: options.release };
    const args = ['eval', '--format', 'json', '--stdin-input', '--data', folder, 'data.bitiq'];
    const { stdout } = await run('opa', args, {
      to: 'evaluate the Rego policies',
      input: JSON.stringify(input),
      allow: [0, 1, 2],
    });
    const output = JSON.parse(stdout.toString('utf8')) as RegoOutput;
    if (output.errors) return { ...nothing, faults: output.errors.map(brokenFile) };
    return read(output, [...files.keys()], options);
  } catch (error) {
    if (!(error instanceof BitiqError) || error.code !== 'tool-missing') throw error;
    return { ...nothing, faults: [...files.keys()].map(notEvaluated) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `opa eval --format json` prints. */
interface RegoOutput {
  readonly result?: readonly { readonly expressions?: readonly { readonly value?: unknown }[] }[];
  readonly errors?: readonly {
    readonly message: string;
    readonly location?: { readonly file: string; readonly row: number };
  }[];
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
  const decisions = decisionsIn(root, 'bitiq');
  const pairs = decisions.map((decision) => {
    const object = decision.object ?? `Release/${options.release?.release.name ?? ''}`;
    const [kind = '', name = ''] = object.split('/');
    const file = files.find((path) => path.includes(decision.package.split('.').at(-1)!)) ?? files[0]!;
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
      fix: decision.fix ?? `Change what ${file} asks for.`,
      place: options.values
        ? placeInValues(undefined, document && serviceOf(document), options.values)
        : { file: options.file ?? file },
    };
    return { verdict, finding };
  });
  return {
    verdicts: pairs.map(({ verdict }) => verdict),
    findings: pairs.map(({ finding }) => finding),
    faults: [],
  };
}

function decisionsIn(value: unknown, name: string): Decision[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    if ((key === 'deny' || key === 'warn') && Array.isArray(item)) {
      return item.map((each: unknown) => {
        const { msg, object, fix } = (
          typeof each === 'object' && each !== null ? each : { msg: each }
        ) as Record<string, unknown>;
        return {
          package: name,
          rule: key,
          msg: String(msg),
          object: typeof object === 'string' ? object : undefined,
          fix: typeof fix === 'string' ? fix : undefined,
        };
      });
    }
    return decisionsIn(item, `${name}.${key}`);
  });
}

function brokenFile({ message, location }: NonNullable<RegoOutput['errors']>[number]): Finding {
  // opa names the file in the temporary folder that it was given.
  const file = location?.file.replace(/^.*?(?=policies\/)/, '') ?? 'policies';
  return {
    code: 'policy-invalid',
    severity: 'error',
    place: { file, line: location?.row },
    message: `${file} cannot be evaluated: opa says ${JSON.stringify(message)}.`,
    fix: 'Correct the file at the place shown.',
  };
}

function notEvaluated(file: string): Finding {
  return {
    code: 'policy-not-evaluated',
    severity: 'warning',
    place: { file },
    message: `${file} was not evaluated: it is Rego, and there is no opa on PATH.`,
    fix: 'Install opa to have it evaluated.',
  };
}
