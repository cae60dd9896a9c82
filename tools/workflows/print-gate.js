// The gate's results as Markdown, for a pull request and the summary of a run.

import { code } from '../../dist/actions/diff/print-markdown.js';

/** What GitHub takes as a summary, and what fits as text into one variable of a process. */
export const limits = { summary: 900_000, comment: 40_000 };

/** The results of all moves. Nothing in it can mention a person or break out of its place. */
export function printGate(moves, check) {
  const title = moves.length === 0 ? '## No pinned environment moves' : undefined;
  const parts = moves.map((move) =>
    [`## ${titleOf(move)}`, table(move.rows), ...move.details, move.diff].filter(Boolean).join('\n\n'),
  );
  const own = [title, '## The repository', table(check.rows), ...check.details].filter(Boolean).join('\n\n');
  return `${[...parts, own].join('\n\n')}\n`;
}

/** At most `limit` characters: what does not fit is left out, from a line on at which nothing is open. */
export function shorten(text, limit) {
  if (text.length <= limit) return text;
  const cut = '\n\n_More than fits here: the summary of the run has it all._\n';
  let [read, kept, depth, fence] = [0, 0, 0, undefined];
  for (const line of text.split('\n')) {
    read += line.length + 1;
    if (read > limit - cut.length) break;
    if (fence !== undefined) fence = line === fence ? undefined : fence;
    else {
      fence = /^(~{3,})text$/.exec(line)?.[1];
      depth += line.split('<details>').length - line.split('</details>').length;
    }
    if (fence === undefined && depth === 0) kept = read;
  }
  return text.slice(0, kept).trimEnd() + cut;
}

/** Text of others, as it is: a block whose fence is longer than any in it. */
export function literal(text) {
  const longest = Math.max(2, ...[...text.matchAll(/~+/g)].map(([run]) => run.length));
  const fence = '~'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

function titleOf({ environment, kind, from, to }) {
  if (kind === 'values') return `${environment}: what its next release will take from ${code(to)}`;
  if (kind === 'unpinned') return `${environment}: pinned to ${code(from)} no more`;
  return `${environment}: ${kind} ${code(from)} → ${code(to)}`;
}

function table(rows) {
  const lines = rows.map(
    ({ what, passed, said }) => `| ${what} | ${passed ? 'passed' : '**failed**'} | ${said} |`,
  );
  return ['| check | result | |', '| --- | --- | --- |', ...lines].join('\n');
}
