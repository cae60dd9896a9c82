import { describe, expect, it } from 'vitest';
import { textOf, trackedFiles } from './tracked-files.ts';

/** What a reader stumbles over, and what to write. CONTRIBUTING.md asks for short clauses and the words of the field. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(?<!there )\b(?:is|are) (?:no (?!longer|more)|none\b)/i, '"is not a …"'],
  [/\banew\b/i, '"again"'],
  [/\bnobody\b|\bwhoever\b/i, '"no one", "anyone", or the subject itself'],
  [/\bsomebody\b|\banybody\b|\beverybody\b/i, '"someone", "anyone", "everyone", or "you"'],
  [/\bmends?\b|\blays?\b/i, '"fix", "put"'],
  [/\bstands? in\b/i, '"is in"'],
  [/\basks? for\b|\basked for\b/i, '"requires", or the request by its name'],
  [/\bof mail\b/i, '"email"'],
  [/\bis held by\b/i, '"… has held it since …"'],
  [/\bthaws?\b/i, '"lift the freeze" (the command is `thaw`, in backquotes)'],
  [
    /\b(?:tells?|says?) (?:so|why|how|what|which|when|where|whether|that)\b/i,
    '"reports", "shows", "describes"',
  ],
  [
    /\b(?:a|one) (?:service|folder|file|line|task|policy|page) (?:each\b|a (?:service|folder|fault|page|policy)\b)/i,
    '"one … per …"',
  ],
];

/** Words that a person reads: pages without their code, and comments and descriptions of other files. */
function proseOf(file: string): string[] {
  const lines = textOf(file).split('\n');
  if (file.endsWith('.tpl')) return lines;
  if (!file.endsWith('.md'))
    return lines.map((line) => /(?:^|\s)#\s.*|\b(?:description|message|fix): .*/.exec(line)?.[0] ?? '');
  let code = false;
  return lines.map((line) => {
    const fence = /^ *```/.test(line);
    if (fence) code = !code;
    return code || fence ? '' : line;
  });
}

const files = trackedFiles.filter(
  (file) =>
    /\.(?:md|ya?ml|tpl)$/.test(file) &&
    !/^docs\/reference\/|^test\/(?!README)|^tools\/conformance\//.test(file),
);

describe('pages and comments are in plain English', () => {
  it.each(patterns)('%s: write %s', (pattern) => {
    const found = files.flatMap((file) =>
      proseOf(file).flatMap((line, index) =>
        pattern.test(line.replace(/`[^`]*`/g, '`')) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
      ),
    );
    expect(found).toEqual([]);
  });
});

it('has pages that you can read at once', () => {
  const pages = files.filter((file) => file.endsWith('.md'));
  expect(pages.filter((file) => textOf(file).split('\n').length > 250)).toEqual([]);
});
