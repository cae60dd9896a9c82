import { resolve } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { countVerdicts, type PolicyFinding } from '../../model/policy.ts';
import type { PolicyReport } from '../../actions/policy.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { helmPath, openForReading, openOptions } from '../open.ts';
import { painter, printPlace } from '../print.ts';

const options = [
  { flags: '--since <release>', summary: 'evaluate only the objects that differ from this release' },
  {
    flags: '--environment <env>',
    summary: 'the environment that the objects of a file are for (default: none)',
  },
  ...readOptions,
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const policyCommand = defineCommand({
  name: 'policy',
  group: 'Reads',
  summary: 'evaluate the policies for an environment, a release or a file of objects',
  description:
    'Evaluates the policies/ at the head of main (for a file: those of the current checkout) on every object that the release renders, and the rules over releases on the release itself. A failed policy that denies is an error; one that warns or audits is shown.',
  arguments: [
    { name: 'what', summary: 'an environment, a release such as prod/3, or a file of Kubernetes objects' },
  ],
  options,
  examples: [
    { command: 'bitiq policy prod', summary: 'what prod runs' },
    { command: 'bitiq policy dev --since prod', summary: 'what a promotion would change' },
    { command: 'bitiq policy rendered.yaml --environment prod', summary: 'objects from elsewhere' },
  ],
  exitCodes: {
    0: 'every policy was evaluated, and nothing is denied',
    1: 'something is denied, or a policy is broken or was not evaluated',
  },
  run: async (context) => {
    const name = context.args[0];
    const report = isFileName(name) ? await judgeFile(context, name) : await judgeNamed(context, name);
    return print(context, report);
  },
});

/** No environment and no release can have such a name. */
function isFileName(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name);
}

async function judgeNamed(context: Context, name: string): Promise<PolicyReport> {
  if (context.options.environment !== undefined) {
    throw usage(
      '--environment works only with a file: a release already has its environment.',
      'Leave --environment out, or name a file that ends in .yaml, .yml or .json.',
    );
  }
  const { judgeNamedRelease } = await import('../../actions/policy/judge-named-release.ts');
  const { repository, head, config } = await openForReading(context);
  return judgeNamedRelease(repository, {
    head,
    config,
    name,
    since: context.options.since,
    helm: await helmPath(context),
    now: context.now(),
  });
}

async function judgeFile(context: Context, file: string): Promise<PolicyReport> {
  if (context.options.since !== undefined) {
    throw usage(
      '--since works only with a release or an environment, not with a file.',
      'Leave --since out, or name an environment or a release instead of the file.',
    );
  }
  const { judgeFile: run } = await import('../../actions/policy/judge-file.ts');
  const { openRepository } = await import('../../git/repository.ts');
  const { folderTree } = await import('../../git/tree.ts');
  const repository = await openRepository(context.cwd, {
    ...openOptions(context),
    isFound: true,
    offline: true,
  });
  return run({
    tree: folderTree(repository),
    path: resolve(context.cwd, file),
    file,
    environment: context.options.environment,
    now: context.now(),
  });
}

function print(context: Context, report: PolicyReport): number {
  const errors = report.findings.filter(({ severity }) => severity === 'error').length;
  const broken = report.faults.filter(({ severity }) => severity === 'error').length;
  const code = errors + broken === 0 ? 0 : 1;
  const counts = countVerdicts(report.verdicts);
  if (context.options.json === true) {
    context.out(JSON.stringify({ ...report, counts }, null, 2));
    return code;
  }
  const paint = painter(context.colour);
  for (const { code: fault, message, place, fix, severity } of report.faults) {
    const word = severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning');
    context.out([`${word}[${fault}]: ${message}`, ...printPlace(place, paint), `  fix: ${fix}`].join('\n'));
  }
  for (const finding of report.findings) context.out(printFinding(finding, context));
  const notEvaluated = report.notEvaluated > 0 ? `; ${report.notEvaluated} not evaluated` : '';
  const left = report.unchanged > 0 ? `, ${report.unchanged} unchanged` : '';
  context.note(
    `${count(report.policies, 'policy', 'policies')} on ${count(report.objects, 'object', 'objects')}${left}: ${counts.pass} passed, ${counts.fail} failed, ${counts.error} errors, ${counts.skip} skipped${notEvaluated}.`,
  );
  if (report.notAsked > 0) {
    context.note(
      `${count(report.notAsked, 'rule', 'rules')} over releases ${report.notAsked === 1 ? 'was' : 'were'} not evaluated: these objects are not a release.`,
    );
  }
  return code;
}

function printFinding(finding: PolicyFinding, context: Context): string {
  const paint = painter(context.colour);
  const severity = finding.severity === 'error' ? paint('red', 'denied') : paint('yellow', 'warning');
  const { manifestLine, place } = finding;
  const isThere = manifestLine === undefined || manifestLine === place.line;
  const line = isThere ? '' : ` (line ${manifestLine} of the manifests)`;
  return [
    `${severity}[${finding.policy}]: ${finding.object}: ${finding.message}${line}`,
    ...printPlace(finding.place, paint),
    `  ${paint('green', 'fix')}: ${finding.fix}`,
  ].join('\n');
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
