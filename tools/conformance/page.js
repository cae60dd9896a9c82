import { printAgainst } from './against/page.js';
import { printTriggers } from './triggers/page.js';

/** Why a file that does not succeed does not, as a class that a reader can look for. */
const upstream = 'https://github.com/tektoncd/pipeline/blob/v1.12.0/examples/v1';

/** The page with everything that was found, as Markdown. */
export function printPage({ examples, cases, tables, triggers }) {
  return `<!-- Written by \`npm run conformance\`; run it again instead of editing this page. -->

# Tekton conformance

What \`bitiq\` does with Tekton's own files, run with the process executor on Linux. The files come from the Go modules of
Tekton Pipelines 1.12.0 and Triggers 0.36.0 at the time of the run; [pipelines](../pipelines.md) explains what differs from a cluster.

${printExamples(examples)}

${printCases(cases)}

${printTables(tables)}

${printTriggers(triggers)}

${printAgainst()}`;
}

function printExamples(outcomes) {
  const count = (verdict) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const rows = outcomes.map(
    ({ file, verdict, why }) => `| [${file}](${upstream}/${file}) | ${verdict} | ${cell(why)} |`,
  );
  return `## Examples

${outcomes.length} files of \`examples/v1\`: ${count('Succeeded')} succeeded, ${count('refused')} were refused by name before anything ran,
${count('failed')} failed. Results may have 8192 bytes each, as the settings allow with which Tekton itself runs these files.

| File | Outcome | Why not |
| --- | --- | --- |
${rows.join('\n')}`;
}

function printCases(outcomes) {
  const agree = outcomes.filter(({ verdict }) => verdict === 'agrees').length;
  const rows = outcomes.map(({ test, verdict, why }) => `| ${test} | ${verdict} | ${cell(why)} |`);
  return `## Conformance suite

${agree} of ${outcomes.length} tests of \`test/conformance\` agree. Two expectations are corrected to what the controller of the same version does: a
TaskRun whose step fails has the reason \`StepFailed\`, and one whose sidecar fails \`SidecarFailed\`, where the suite still says
\`Failed\`. A test that is declared twice gets another name, as the suite does not compile without.

| Test | Outcome | Why not |
| --- | --- | --- |
${rows.join('\n')}`;
}

function printTables({ outcomes, others }) {
  const tests = [...new Set(outcomes.map(({ test }) => test))];
  const rows = tests.map((test) => {
    const own = outcomes.filter((outcome) => outcome.test === test);
    const differing = own.filter(({ verdict }) => verdict === 'differs');
    return `| ${test} | ${own.length - differing.length} of ${own.length} | ${differing.map(({ name, why }) => cell(`${name}: ${why}`)).join(' · ')} |`;
  });
  const agree = outcomes.filter(({ verdict }) => verdict === 'agrees').length;
  const left = others.map(({ test, rows: count }) => `${test} (${count})`).join(', ');
  return `## Tables of the Go tests

${agree} of ${outcomes.length} rows agree. The tests of a copy of the module are changed so that they print every table they go over as
JSON ([tools/conformance/tables](../../tools/conformance/tables/main.go)), and each row is compared with what the toolkit does.

| Test | Agree | What differs |
| --- | --- | --- |
${rows.join('\n')}

Printed, and not compared yet: ${left}.`;
}

function cell(text) {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
    .replace(/\/\S*bitiq-example-\w+\//g, '')
    .replace(/[<>]/g, '')
    .replace(/[a-z]+-[0-9a-f]{6}\b/g, '…')
    .replace(/time="[^"]*" /, '');
}
