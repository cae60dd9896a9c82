import { printAgainst } from './against/page.js';
import { groupBy } from './tables/group-by.js';
import { printTables } from './tables/page.js';
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

/** The section of the examples: those that succeed as a list by folder, the others with the reason. */
export function printExamples(outcomes) {
  const of = (verdict) => outcomes.filter((outcome) => outcome.verdict === verdict);
  const folders = groupBy(of('Succeeded'), ({ file }) => file.slice(0, file.lastIndexOf('/')));
  const lists = [...folders].map(
    ([folder, all]) =>
      `**[${folder}](${upstream}/${folder})**: ${all.map(({ file }) => file.slice(folder.length + 1, -'.yaml'.length)).join(', ')}.`,
  );
  const others = outcomes.filter(({ verdict }) => verdict !== 'Succeeded');
  return `## Examples

${outcomes.length} files of \`examples/v1\`: ${of('Succeeded').length} succeeded, ${of('refused').length} were refused by name before anything ran,
${of('left out').length} were not given to it by this harness, each with its reason below, and ${of('failed').length} failed. Results may have 8192 bytes each, as the settings allow with which Tekton itself runs these files.

### Succeeded

${lists.map((list) => list.replaceAll('_', '\\_')).join('\n\n')}

### Refused by name, left out, or failed

${others.map(({ file, verdict, why }) => `- [${file.replaceAll('_', '\\_')}](${upstream}/${file}) ${verdict}: ${cell(why)}`).join('\n')}`;
}

/** The section of the conformance suite. */
export function printCases(outcomes) {
  const agree = outcomes.filter(({ verdict }) => verdict === 'agrees');
  const others = outcomes.filter(({ verdict }) => verdict !== 'agrees');
  return `## Conformance suite

${agree.length} of ${outcomes.length} tests of \`test/conformance\` agree. Two expectations are corrected to what the controller of the same version does: a
TaskRun whose step fails has the reason \`StepFailed\`, and one whose sidecar fails \`SidecarFailed\`, where the suite still says
\`Failed\`. A test that is declared twice gets another name, as the suite does not compile without.

${agree.map(({ test }) => test).join(', ')}.${others.map(({ test, verdict, why }) => `\n- ${test} ${verdict}: ${cell(why)}`).join('')}`;
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
