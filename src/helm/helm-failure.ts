/** The sentences of what Helm printed on a failed rendering, without its stack of templates; never empty. */
export function readHelmFailure(stderr: string): string[] {
  const text = stderr
    .replace(/^(level=|WARNING: |\d{4}\/\d\d\/\d\d ).*\n?/gm, '')
    .replace(/Use --debug flag to render out invalid YAML\s*$/, '')
    .replace(/^Error: /, '')
    .trim();
  if (text.startsWith("values don't meet the specifications of the schema")) return readSchemaFaults(text);
  const refused = /(?:^|: )execution error at \([^)]*\): ([^]*)$/.exec(text);
  if (refused?.[1]) return [asSentence(refused[1])];
  return [asSentence(text || 'Helm ended with an error and printed no reason')];
}

/** A template that Helm could not run: its path in the chart, and the place in it as far as Helm names it, counted from 1. */
export interface FaultyTemplate {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** The innermost template that Helm names in what it printed; undefined where the chart itself refused its values, or no template is at fault. */
export function findFaultyTemplate(stderr: string): FaultyTemplate | undefined {
  const text = stderr.replace(/^(level=|WARNING: |\d{4}\/\d\d\/\d\d ).*\n?/gm, '');
  if (/execution error at \(|^Error: values don't meet/m.test(text)) return undefined;
  const found = [...text.matchAll(placePattern)].at(-1)?.groups;
  if (found?.['file'] === undefined) return undefined;
  const { file, line, column } = found;
  return {
    file,
    line: line === undefined ? undefined : Number(line),
    column: column === undefined ? undefined : Number(column) + 1,
  };
}

// `bitiq/templates/a.yaml:1:13`, of a column counted from 0; a name in quotes is not a place. Text that is not YAML has no line there.
const placePattern =
  /(?<!["\w/.-])[\w.-]+\/(?<file>(?:charts\/[\w.-]+\/)*templates\/[\w./-]*\w)(?::(?<line>\d+))?(?::(?<column>\d+))?/g;

// Helm walks its maps in a random order.
const byPath = new Intl.Collator('en', { numeric: true }).compare;

// Helm prints a tree: a line whose fault is "validation failed" only leads to the lines under it.
function readSchemaFaults(text: string): string[] {
  const faults = [...text.matchAll(/^ *- at '([^']*)': (.*)$/gm)]
    .filter(([, , fault]) => fault !== 'validation failed')
    .map(([, pointer, fault]) => asSentence(`${keyPath(pointer ?? '')}: ${shorten(fault ?? '')}`));
  return faults.length > 0 ? faults.sort(byPath) : readOldSchemaFaults(text);
}

// Helm before 3.18 prints a flat list: `- services.0.image: tag is required`.
function readOldSchemaFaults(text: string): string[] {
  const faults = [...text.matchAll(/^- (\S+): (.*)$/gm)].map(([, path, fault]) => {
    const at = path === '(root)' ? '' : `/${path?.replaceAll('.', '/')}`;
    return asSentence(`${keyPath(at)}: ${shorten(fault ?? '')}`);
  });
  return faults.length > 0 ? faults.sort(byPath) : [asSentence(text)];
}

function keyPath(pointer: string): string {
  const parts = pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path = parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
  return path.replace(/^\./, '') || 'the top of the values';
}

function shorten(fault: string): string {
  return fault
    .replace(/^additional propert(?:y|ies) (.*) not allowed$/, 'unknown key $1')
    .replace(/^Additional property (.*) is not allowed$/, "unknown key '$1'")
    .replace(/^missing propert(?:y|ies) (.*)$/, 'lacks $1');
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
