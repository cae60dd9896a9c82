import type { ImageSource } from '../../actions/image-source.ts';
import type { Explanation } from '../../model/explanation.ts';
import { flagOption, type CommandContext, type CommandSpec } from '../command.ts';
import { imageOptions, readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { printAge } from '../../model/age.ts';
import { painter, printTable } from '../print.ts';
import { readSources, sourceOption } from '../source-option.ts';

export const explain: CommandSpec = {
  name: 'explain',
  group: 'Reads',
  summary: 'show why an environment runs this version of a service, and why not a newer one',
  description:
    'The trace from the source commit to what runs: tag, image, who moves it, holds, freezes, the commit that set it, the release and where that is written. When there is a newer tag: the first thing on its way that stopped it.',
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'service', summary: 'the service' },
  ],
  options: [...imageOptions, sourceOption, ...readOptions],
  examples: [
    { command: 'bitiq explain prod toy-web', summary: 'why prod does not run what was pushed today' },
  ],
  run: async (context) => {
    const { explain: runExplain } = await import('../../actions/explain.ts');
    const { repository, head, config } = await openForReading(context, { proposals: true });
    const [environment = '', service = ''] = context.args;
    const found = await runExplain(repository, {
      head,
      config,
      environment,
      service,
      images: await imagesOf(context),
      sources: readSources(context, config),
      now: context.now(),
    });
    context.out(
      flagOption(context, 'json') ? JSON.stringify(toJson(found), null, 2) : await printed(found, context),
    );
    return 0;
  },
};

async function imagesOf(context: CommandContext): Promise<ImageSource | undefined> {
  if (context.options['imageCheck'] === false || flagOption(context, 'offline')) return undefined;
  const { imageSourceOf } = await import('../image-source.ts');
  return imageSourceOf(context);
}

async function printed(found: Explanation, context: CommandContext): Promise<string> {
  const [{ describeComingFreeze, describeFreeze }, { describeHold }] = await Promise.all([
    import('../../model/freeze.ts'),
    import('../../model/hold.ts'),
  ]);
  const paint = painter(context.colour);
  const { setBy, writtenAt } = found;
  const facts: [string, string | undefined][] = [
    ['source', found.source?.url],
    ['image', found.image],
    ['rule', found.rule],
    ['hold', found.hold ? describeHold(found.hold) : 'none'],
    ['freeze', found.freeze ? describeFreeze(found.freeze) : 'none'],
    ...found.comingFreezes.map((each): [string, string] => [
      'to come',
      `a freeze ${describeComingFreeze(each)}`,
    ]),
    [
      'set by',
      setBy &&
        `${setBy.commit.slice(0, 7)} (${setBy.action} by ${setBy.by}, ${printAge(new Date(setBy.date), context.now())} ago${setBy.reason === undefined ? '' : `: ${setBy.reason}`})`,
    ],
    [
      'release',
      setBy && setBy.release !== found.release
        ? `${found.release}, with this tag since ${setBy.release}`
        : found.release,
    ],
    ['healthy', found.healthy && `since ${found.healthy.since}, first as ${found.healthy.release}`],
    [
      'written at',
      `${writtenAt.file}${writtenAt.line === undefined ? '' : `:${writtenAt.line}`}  ${writtenAt.value}`,
    ],
  ];
  const lines = [
    paint('bold', `${found.environment} runs ${found.service} ${found.tag ?? '(none yet)'}`),
    printTable(facts.flatMap(([name, value]) => (value === undefined ? [] : [[`  ${name}`, value]]))),
  ];
  if (found.newer === undefined)
    lines.push(`${found.notes.length > 0 ? 'As far as is known this' : 'This'} is the newest.`);
  else lines.push(`There is ${found.newer.tag}: ${found.newer.where}.`);
  if (found.stopped !== undefined) {
    lines.push(`${paint('yellow', 'stopped')} at ${found.stopped.environment}: ${found.stopped.message}`);
    lines.push(`  ${paint('green', 'fix')}: ${found.stopped.fix}`);
  }
  return [...lines, ...found.notes].join('\n');
}

function toJson(found: Explanation): unknown {
  const { freeze } = found;
  return {
    ...found,
    tag: found.tag ?? null,
    source: found.source ?? null,
    image: found.image ?? null,
    hold: found.hold ?? null,
    freeze: freeze ? { ...freeze.freeze, until: freeze.until ?? null } : null,
    comingFreezes: found.comingFreezes.map((each) => ({
      ...each.freeze,
      from: each.from,
      until: each.until ?? null,
    })),
    healthy: found.healthy ?? null,
    setBy: found.setBy ? { ...found.setBy, reason: found.setBy.reason ?? null } : null,
    newer: found.newer ?? null,
    stopped: found.stopped ?? null,
  };
}
