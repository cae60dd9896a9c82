import type { ImageSource } from '../../actions/read/image-source.ts';
import type { Explanation } from '../../model/explanation.ts';
import { parseReleaseName } from '../../model/release.ts';
import type { ServiceView } from '../../model/loop-view.ts';
import { defineCommand } from '../command.ts';
import { imageOptions, readOptions, sourceOption, type SharedContext } from '../common-options.ts';
import { loopViewOf, openForReading } from '../open.ts';
import { painter, printTable } from '../print.ts';
import { printAge } from '../../model/age.ts';
import { readSources } from '../source-option.ts';

export const explainCommand = defineCommand({
  name: 'explain',
  group: 'Reads',
  summary: 'explain why an environment runs this version of a service, and not a newer one',
  description:
    'Traces the version from its source commit to what Git wants: tag, image, who moves it, holds, freezes, the commit that set it, the release, the line that contains it, and its health as far as it is recorded. If a loop is running here, also what it runs. If there is a newer tag, the first thing that stopped it.',
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'service', summary: 'the service' },
  ],
  options: [...imageOptions, sourceOption, ...readOptions],
  examples: [{ command: 'bitiq explain prod toy-web', summary: "why prod does not have today's push" }],
  run: async (context) => {
    const { explain: runExplain } = await import('../../actions/explain.ts');
    const { repository, head, config } = await openForReading(context, { proposals: true });
    const [environment, service] = context.args;
    const found = await runExplain(repository, {
      head,
      config,
      environment,
      service,
      images: await imagesOf(context),
      sources: readSources(context, config),
      now: context.now(),
    });
    const loop = await loopViewOf(context);
    const view = loop?.environments.find((each) => each.environment === environment);
    const running = view?.services.find((each) => each.service === service);
    context.out(
      context.options.json === true
        ? JSON.stringify(toJson(found, running), null, 2)
        : await printed({ ...found, running }, context),
    );
    return 0;
  },
});

async function imagesOf(context: SharedContext): Promise<ImageSource | undefined> {
  if (context.options.imageCheck === false || context.options.offline === true) return undefined;
  const { imageSourceOf } = await import('../image-source.ts');
  return imageSourceOf(context);
}

async function printed(
  found: Explanation & { readonly running: ServiceView | undefined },
  context: SharedContext,
): Promise<string> {
  const { describeComingFreeze, describeFreeze, describeHold } = await import('../../model/stops.ts');
  const paint = painter(context.colour);
  const { setBy, writtenAt } = found;
  const facts: [string, string | undefined][] = [
    ['source', found.source?.url],
    ['image', found.image],
    ['rule', found.rule],
    ['hold', found.hold ? describeHold(found.hold) : 'none'],
    ['freeze', found.freeze ? describeFreeze(found.environment, found.freeze) : 'none'],
    ...found.comingFreezes.map((each): [string, string] => [
      'to come',
      `a freeze ${describeComingFreeze(each)}`,
    ]),
    [
      'set by',
      setBy &&
        `${setBy.commit.slice(0, 7)} (${setBy.action} by ${setBy.by}, ${printAge(new Date(setBy.date), context.now())} ago${setBy.reason === undefined ? '' : `: ${setBy.reason}`})`,
    ],
    ['release', describeRelease(found)],
    ['running', found.running && describeRunning(found.running)],
    ['healthy', describeHealth(found)],
    [
      'written at',
      `${writtenAt.file}${writtenAt.line === undefined ? '' : `:${writtenAt.line}`}  ${writtenAt.value}`,
    ],
  ];
  const lines = [
    paint('bold', printWanted(found)),
    printTable(facts.flatMap(([name, value]) => (value === undefined ? [] : [[`  ${name}`, value]]))),
  ];
  if (found.unbuilt)
    lines.push(`${found.notes.length > 0 ? 'As far as is known ' : ''}${found.service} was never built.`);
  else if (found.newer === undefined && found.tag === undefined && found.keptOut === undefined)
    lines.push('No environment before it has one.');
  else if (found.newer === undefined && found.tag !== undefined)
    lines.push(`${found.notes.length > 0 ? 'As far as is known this' : 'This'} is the newest.`);
  else if (found.newer !== undefined) lines.push(`There is ${found.newer.tag}: ${found.newer.where}.`);
  if (found.stopped !== undefined) {
    lines.push(`${paint('yellow', 'stopped')} at ${found.stopped.environment}: ${found.stopped.message}`);
    lines.push(`  ${paint('green', 'fix')}: ${found.stopped.fix}`);
  }
  return [...lines, ...found.notes].join('\n');
}

function printWanted({ environment, service, tag, seen, keptOut }: Explanation): string {
  if (tag === undefined && keptOut !== undefined) return `${service} is not in ${environment}: ${keptOut}`;
  if (tag === undefined) return `${service} is not in ${environment} yet`;
  return `${environment} wants ${service} ${seen === 'not-built' ? '(not built yet)' : tag}`;
}

/** The release that the environment runs, and the one that brought the tag; a pointer may name something else. */
function describeRelease({ release, setBy }: Explanation): string {
  if (parseReleaseName(release) === undefined)
    return `none: the pointer names ${release}, which is not a release`;
  return setBy && setBy.release !== release ? `${release}, with this tag since ${setBy.release}` : release;
}

/** What was seen, which is not what Git wants. */
function describeHealth({ environment, seen, healthy, lastHealthy }: Explanation): string | undefined {
  if (healthy) return `since ${healthy.since}, first as ${healthy.release}`;
  if (seen === 'not-recorded') return `not known: health is not recorded in ${environment}`;
  if (seen !== 'not-seen') return undefined;
  const last = lastHealthy
    ? `; ${lastHealthy.tag} was the last one that was, first at ${lastHealthy.record.since}`
    : '';
  return `not seen healthy there${last}`;
}

function describeRunning({ running, health, message }: ServiceView): string {
  const why = message === undefined ? '' : `: ${message.split('\n')[0]}`;
  return `${running ?? 'nothing'} (${health}${why})`;
}

function toJson(found: Explanation, running: ServiceView | undefined): unknown {
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
    seen: found.seen ?? null,
    keptOut: found.keptOut ?? null,
    lastHealthy: found.lastHealthy ?? null,
    running: running
      ? { tag: running.running ?? null, health: running.health, message: running.message ?? null }
      : null,
    setBy: found.setBy ? { ...found.setBy, reason: found.setBy.reason ?? null } : null,
    newer: found.newer ?? null,
    stopped: found.stopped ?? null,
  };
}
