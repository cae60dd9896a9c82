import { groupBy } from './group-by.js';

const heading = '## Tables of the Go tests';

/** Why a call does not agree, by the table. */
const reasons = {
  TestStepValidateError: 'a step that runs as a process needs no image',
  TestSidecarValidateError: 'the same for a sidecar',
  TestTaskSpecValidate: 'the fault of the whole Task is told of its spec alone already',
  TestResultsValidateValueError: 'the fault is told at the value, which Tekton calls type',
  TestApplyParameters:
    'the step template is put under a step before its variables are, so an image that becomes empty stays so',
  TestApplyParameters_ArrayIndexing: 'the same',
  TestGetPipelineConditionStatus: 'a custom task, which is refused by name',
  TestApplyPipelineTaskContexts: 'the test gives the results only in a cache of Tekton',
};

/** The section of the page about Tekton's Go tests: what agrees, what differs, and what cannot agree. */
export function printTables(outcomes) {
  const of = (verdict) => outcomes.filter((outcome) => outcome.verdict === verdict);
  const [agree, differ, outside] = ['agrees', 'differs', 'outside'].map(of);
  const compared = agree.length + differ.length;
  return `${heading}

${agree.length} of ${compared} calls agree (${((100 * agree.length) / compared).toFixed(1)} %); ${outside.length} more are about what cannot agree, below.
The functions that [tools/conformance/tables](../../tools/conformance/tables/packages.js) names are wrapped in a copy of the module, its own tests
are run, and each different call they make is printed as JSON with what it gave back. This toolkit then does the same with the
same input: values must be equal, and where Tekton refuses, the field at fault must be the same one, or lie in it or around it.

${packagesOf(outcomes)}

### What differs

${differ.map(printDifference).join('\n') || 'Nothing.'}

### What cannot agree

${reasonsOf(outside)}`;
}

/** The page with this section in the place of its old one. */
export function replaceTables(page, outcomes) {
  const start = page.indexOf(heading);
  const end = page.indexOf('\n## ', start + heading.length);
  return `${page.slice(0, start)}${printTables(outcomes)}\n${end < 0 ? '' : page.slice(end)}`;
}

/** Each table with how many of its calls agree. */
function packagesOf(outcomes) {
  const packages = groupBy(outcomes, ({ test }) => test.split(' ')[0]);
  return [...packages]
    .map(([name, all]) => {
      const tables = groupBy(all, ({ test }) => test.split(' ')[1]);
      const counts = [...tables].map(([table, own]) => {
        const agree = own.filter(({ verdict }) => verdict === 'agrees').length;
        return `${escape(table)} ${agree === own.length ? agree : `${agree} of ${own.length}`}`;
      });
      return `**pkg/${name}**: ${counts.join(', ')}.`;
    })
    .join('\n\n');
}

function reasonsOf(outside) {
  const reasons = groupBy(outside, ({ why }) => reasonOf(why));
  return [...reasons]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, all]) => {
      const tables = groupBy(all, ({ test }) => test.split(' ')[1]);
      const counts = [...tables].map(([table, own]) => `${escape(table)} ${own.length}`);
      return `- ${escape(reason)} (${all.length}): ${counts.join(', ')}.`;
    })
    .join('\n');
}

/** The reason without what belongs to one call. */
function reasonOf(why) {
  if (why.startsWith('only with other')) return 'Tekton with other feature flags or defaults than its own';
  const refused = /^refused by name: \S+: (?:the )?(.*) is not supported/.exec(why)?.[1];
  if (refused) return `refused by name: ${refused.replace(/^(kind|resolver) .*/, '$1s that need a cluster')}`;
  return why.replace(/^(an alpha feature[^:]*):.*/s, '$1');
}

function printDifference({ test, name, why }) {
  const reason = reasons[test.split(' ')[1]];
  return `- ${code(test)}, ${escape(name)}: ${escape(why)}${reason ? `. Why: ${reason}.` : ''}`;
}

function code(text) {
  return `\`${text}\``;
}

function escape(text) {
  return text.replace(/\s+/g, ' ').replace(/[<>*_|`[\]$\\]/g, (letter) => `\\${letter}`);
}
