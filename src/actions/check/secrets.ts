import { isMap, isScalar, isSeq, visit } from 'yaml';
import { paths, type Config } from '../../model/config.ts';
import { findKnownSecrets, isSecretValue } from '../../model/find-secrets.ts';
import type { Finding } from '../../model/finding.ts';
import type { Place } from '../../model/errors.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeAtOffset, type YamlSource } from '../../yaml/source.ts';
import { LineCounter } from 'yaml';

/** A line with this word has a false positive: it only looks like a secret. */
const allowed = 'not-a-secret';
/** Longer files are data: no person writes a secret into them. */
const longest = 512 * 1024;

/**
 * Findings about secrets in Git: known forms in every file, and in the values of every environment and
 * in files of variables whatever is named like a secret or looks random. No finding shows what it found.
 */
export async function checkSecrets(tree: Tree, config: Config): Promise<Finding[]> {
  const listed = await tree.list('');
  const texts = await tree.read(
    listed.filter((path) => !/\.(?:png|jpe?g|gif|ico|woff2?|gz|tgz|zip|lock)$/.test(path)),
  );
  const known = [...texts].flatMap(([path, text]) => findInText(path, text));
  const files = [paths.defaults, ...config.environments.map(({ name }) => paths.values(name))];
  const values = files.flatMap((path) => findInValues(path, texts.get(path) ?? ''));
  const variables = [...texts].flatMap(([path, text]) =>
    isDotenv.test(path) ? findInDotenv(path, text) : [],
  );
  // One place is told once, by the more certain of the two.
  const seen = new Set(known.map(({ place }) => `${place.file}:${place.line}`));
  return [
    ...known,
    ...[...values, ...variables].filter(({ place }) => !seen.has(`${place.file}:${place.line}`)),
  ];
}

function findInText(path: string, text: string): Finding[] {
  if (text.length > longest || text.includes('\0')) return [];
  const found = findKnownSecrets(text);
  if (found.length === 0) return [];
  const lines = linesOf(text);
  const secrets = found.map(({ start, end }) => text.slice(start, end));
  return found.flatMap(({ what, start }) =>
    report(maskedPlace({ file: path, text, lines }, start, secrets), `This is ${what}.`),
  );
}

/** Files of variables, such as those that Compose and the loop read: `.env`, `.env.local`, `toy-web.env`. */
const isDotenv = /(?:^|\/)(?:\.env(?:\.[\w-]+)?|[^/]+\.env)$/;

/** Each variable that is named like a secret or looks random. */
function findInDotenv(file: string, text: string): Finding[] {
  const lines = linesOf(text);
  return [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=(.*)$/gm)].flatMap(
    ({ 0: whole, 1: name = '', 2: given = '', index }) => {
      const value = given.trim().replace(/^(["'])(.*)\1$/, '$2');
      const why = isSecretValue(name, value);
      if (why === undefined) return [];
      const start = index + whole.length - whole.trimStart().length;
      return report(maskedPlace({ file, text, lines }, start, [value]), `${name} ${saidOf(why)}.`);
    },
  );
}

function saidOf(why: ReturnType<typeof isSecretValue>): string {
  return why === 'named' ? 'is named like a secret and has its value here' : 'looks like a random key';
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let at = -1; at !== 0; at = text.indexOf('\n', at) + 1) lines.addNewLine(Math.max(at, 0));
  return lines;
}

/** Every text in a values file, with the key that it stands under. */
function findInValues(path: string, text: string): Finding[] {
  if (text === '') return [];
  let source: YamlSource;
  try {
    source = parseYaml(text, path);
  } catch {
    return []; // its own check says so
  }
  const findings: Finding[] = [];
  const judge = (name: string, scalar: unknown, subject: string) => {
    if (!isScalar(scalar) || typeof scalar.value !== 'string' || !scalar.range) return;
    const [, option, given] = /^-{0,2}([A-Za-z][\w.-]*)=([\s\S]*)$/.exec(scalar.value) ?? [];
    const [own, text] = option !== undefined && given !== undefined ? [option, given] : [name, scalar.value];
    const why = isSecretValue(name, scalar.value) ?? isSecretValue(own, text);
    if (why === undefined) return;
    const secrets = [source.text.slice(scalar.range[0], scalar.range[1])];
    findings.push(...report(maskedPlace(source, scalar.range[0], secrets), `${subject} ${saidOf(why)}.`));
  };
  visit(source.document, {
    Pair: (_, { key, value }, ancestors) => {
      if (!isScalar(key)) return;
      // `keys:` of a secret maps a variable to the name of a key in the store, which is not a secret.
      const above = ancestors.findLast((each) => !isMap(each));
      if (above !== undefined && 'key' in above && isScalar(above.key) && above.key.value === 'keys') return;
      judge(String(key.value), value, String(key.value));
      // An argument may be `--password=…`, or follow its name.
      if (!isSeq(value)) return;
      for (const [index, item] of value.items.entries()) {
        const before: unknown = index > 0 ? value.items[index - 1] : undefined;
        const name = isScalar(before) ? /^--?([A-Za-z][\w-]*)$/.exec(String(before.value))?.[1] : undefined;
        judge(name ?? '', item, `an item of ${String(key.value)}`);
      }
    },
  });
  return findings;
}

function report(place: Place | undefined, message: string): Finding[] {
  if (place === undefined) return [];
  return [
    {
      code: 'secret-in-git',
      severity: 'error',
      place,
      message: `${place.file}: ${message}`,
      fix: `Put it into the store and name it under \`secrets:\` of the service (docs/secrets.md), and replace it with a new one: anyone with a clone can read this one. For a false positive, write ${allowed} in a comment on the line.`,
    },
  ];
}

/** The place of a secret, its line without any of them; undefined where the line marks a false positive. */
function maskedPlace(
  source: Pick<YamlSource, 'file' | 'text' | 'lines'>,
  start: number,
  secrets: readonly string[],
): Place | undefined {
  const place = placeAtOffset(source, start);
  const line = place.sourceLine ?? '';
  if (line.includes(allowed)) return undefined;
  return { ...place, sourceLine: secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line) };
}
