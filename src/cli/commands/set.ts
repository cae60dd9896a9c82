import { defineCommand } from '../command.ts';
import {
  forceOption,
  imageOptions,
  pullRequestOption,
  unevaluatedOption,
  writeOptions,
} from '../common-options.ts';
import { imageCheckOf } from '../image-check.ts';
import { actorOf, helmPath, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';
import { parsePairs } from '../tag-pairs.ts';

export const setCommand = defineCommand({
  name: 'set',
  group: 'Writes',
  summary: 'set services of an environment to new tags, in one commit',
  description:
    'CI runs this after a build. In an environment that follows main it is one commit to the values file and appVersion; in a pinned one it is a new release. Only the bytes of the tags change. It is refused for a held service or in a frozen environment.',
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'service=tag', summary: 'the services and their new tags', many: true },
  ],
  options: [forceOption, pullRequestOption, ...writeOptions, ...imageOptions, unevaluatedOption],
  examples: [
    { command: 'bitiq set dev toy-service=v0.3.1-27.gabc1234', summary: 'one service' },
    {
      command: 'bitiq set dev a=v1.0.0-1.gabc1234 b=v1.0.0-2.gdef5678 --dry-run',
      summary: 'see the plan first',
    },
  ],
  run: async (context) => {
    const { setTags } = await import('../../actions/set.ts');
    const [environment, ...pairs] = context.args;
    const repository = await openNamed(context);
    const helm = await helmPath(context);
    const applied = await setTags(repository, {
      environment,
      tags: parsePairs(pairs, 'bitiq set dev web=v1.2.0-3.gabc1234'),
      actor: await actorOf(context, repository),
      helm,
      force: context.options.force === true,
      allowUnevaluated: context.options.allowUnevaluated === true,
      dryRun: context.options.dryRun === true,
      pullRequest: await pullRequestOf(context, repository, helm),
      images: imageCheckOf(context),
    });
    reportApplied(context, applied);
    return 0;
  },
});
