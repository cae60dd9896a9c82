import type { RecordedHealth } from '../../actions/plan/record-health.ts';
import { healthRef } from '../../model/health.ts';
import { defineCommand } from '../command.ts';
import { writeOptions } from '../common-options.ts';
import { actorOf, openForReading } from '../open.ts';
import { painter, printTable } from '../print.ts';

export const healthyCommand = defineCommand({
  name: 'healthy',
  group: 'Writes',
  summary: "mark an environment's current versions as healthy",
  description: `Writes to ${healthRef}, apart from main; the policy healthy-before then lets these versions into the next environment. The loop does this by itself. On a cluster, a notification of Argo CD runs this command: docs/argo-cd.md. A version is recorded once, when it is first seen healthy.`,
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'service', summary: 'only these services; default: all', optional: true, many: true },
  ],
  options: [
    {
      flags: '--release <name|sha>',
      summary:
        'the release that it runs: dev@abc1234, prod/3, or the commit that Argo CD has synced (default: what main has now)',
    },
    ...writeOptions,
  ],
  examples: [
    { command: 'bitiq healthy dev', summary: 'everything that dev runs now' },
    {
      command: 'bitiq healthy dev --release 3f2c1e0b8d7a695f4e3d2c1b0a99887766554433',
      summary: 'what dev runs, synced to that commit',
    },
  ],
  run: async (context) => {
    const { recordNamedHealth } = await import('../../actions/healthy.ts');
    const { repository, head, config } = await openForReading(context);
    const [environment, ...services] = context.args;
    const recorded = await recordNamedHealth(repository, {
      head,
      config,
      environment,
      services,
      release: context.options.release,
      actor: await actorOf(context, repository),
      dryRun: context.options.dryRun === true,
    });
    if (context.options.json === true) {
      context.out(JSON.stringify(toJson(recorded), null, 2));
      return 0;
    }
    context.out(printRecorded(recorded, context.colour));
    if (recorded.commit !== undefined) context.note(`Recorded in ${healthRef}, in one push.`);
    else if (recorded.services.length === 0)
      context.note(
        `None of these services was ever built in ${environment}, so none is healthy. Nothing was changed.`,
      );
    else if (recorded.services.every(({ knownSince }) => knownSince !== undefined))
      context.note('Everything was recorded before. Nothing was changed.');
    else context.note('This is a plan. Nothing was changed.');
    for (const warning of recorded.warnings) context.note(`Warning: ${warning}`);
    return 0;
  },
});

function printRecorded({ environment, release, services }: RecordedHealth, colour: boolean): string {
  const paint = painter(colour);
  return [
    paint('bold', `${environment}: healthy as ${release}`),
    printTable(
      services.map(({ service, tag, knownSince }) => [
        `  ${service}`,
        tag,
        knownSince === undefined ? 'new' : `known since ${knownSince}`,
      ]),
    ),
  ].join('\n');
}

function toJson({ environment, release, services, commit }: RecordedHealth): unknown {
  return {
    environment,
    release,
    services: services.map((each) => ({ ...each, knownSince: each.knownSince ?? null })),
    commit: commit ?? null,
  };
}
