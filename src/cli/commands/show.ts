import { BitiqError } from '../../model/errors.ts';
import type { ResolvedRelease } from '../../actions/read/resolve-release.ts';
import { printComposite, releaseId, servicesOf } from '../../model/combination.ts';
import { describeSkipped, releaseRecordData } from '../../model/release.ts';
import { tagVariable } from '../../model/compose.ts';
import { defineCommand } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { painter, printTable, type Paint } from '../print.ts';
import { noteFindings } from '../print-finding.ts';

export const showCommand = defineCommand({
  name: 'show',
  group: 'Reads',
  summary: 'show what a release contains and where it came from',
  arguments: [
    {
      name: 'release',
      summary: 'such as prod/3, dev@abc1234, or an environment for what Git wants there now',
    },
  ],
  options: [
    ...readOptions,
    { flags: '--env', summary: 'print its tags as variables for compose.yaml, one NAME_TAG=tag per line' },
  ],
  examples: [
    { command: 'bitiq show prod/3', summary: 'a release by its name' },
    { command: 'bitiq show dev --json', summary: 'what Git wants in dev now, as JSON' },
    { command: 'bitiq show prod/3 --env > .env', summary: 'then `docker compose up` runs these versions' },
  ],
  run: async (context) => {
    if (context.options.env === true && context.options.json === true) {
      throw new BitiqError({
        code: 'usage',
        message: '--env prints variables, and --json prints JSON.',
        fix: 'Use one of them.',
      });
    }
    const { resolveRelease } = await import('../../actions/read/resolve-release.ts');
    const { repository, head, config } = await openForReading(context);
    const release = await resolveRelease(repository, { head, config, name: context.args[0] });
    noteFindings(context, release.findings);
    if (context.options.env === true) {
      const { combination } = release;
      const lines = servicesOf(combination).map(
        (each) => `${tagVariable(each)}=${combination.get(each) ?? ''}`,
      );
      context.out(lines.join('\n'));
      return 0;
    }
    context.out(
      context.options.json === true
        ? JSON.stringify(toJson(release), null, 2)
        : printRelease(release, painter(context.colour)),
    );
    return 0;
  },
});

function printRelease(release: ResolvedRelease, paint: Paint): string {
  const record = release.record;
  const facts: [string, string | undefined][] = [
    ['environment', release.environment],
    ['commit', release.commit],
    ['release id', releaseId(release.combination)],
    ['composite', printComposite(release.combination)],
    ['chart', record?.chartVersion],
    ['from', record?.from],
    ['parent', record?.parent],
    ['changed', record?.delta && (Object.keys(record.delta).join(', ') || 'no versions')],
    ['by', record?.by],
    ['reason', record?.reason],
    ['irreversible', record?.irreversible],
    ['checks', record?.checks.join(', ')],
    ...(record?.skipped ?? []).map((each): [string, string] => ['skipped', describeSkipped(each)]),
    ['manifests', record?.manifestDigest],
  ];
  return [
    paint('bold', release.release),
    printTable(
      facts.flatMap(([name, value]) =>
        // A reason may have several lines; they stay in their column.
        value === undefined ? [] : value.split('\n').map((line, at) => [at === 0 ? `  ${name}` : '', line]),
      ),
    ),
    'services',
    printTable(
      servicesOf(release.combination).map((service) => [
        `  ${service}`,
        release.combination.get(service) ?? '',
        record?.digests?.get(service) ?? '',
      ]),
    ),
  ].join('\n');
}

function toJson(release: ResolvedRelease): unknown {
  return {
    release: release.release,
    environment: release.environment,
    commit: release.commit ?? null,
    releaseId: releaseId(release.combination),
    compositeVersion: printComposite(release.combination),
    services: Object.fromEntries(release.combination),
    record: release.record ? { ...releaseRecordData(release.record), services: undefined } : null,
    findings: release.findings,
  };
}
