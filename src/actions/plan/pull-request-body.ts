import { nameOfPerson } from '../../model/name-of-person.ts';
import type { Config } from '../../model/config.ts';
import { describeSkipped } from '../../model/release.ts';
import type { Plan } from '../../model/plan.ts';
import type { Repository } from '../../git/repository.ts';
import { diffReleases, type Depth } from '../diff.ts';
import { bodyLimit, code, plain, printDiffMarkdown } from '../diff/print-markdown.ts';
import { requireRecord } from '../read/read-records.ts';

const listed = 30;

/**
 * The body of the pull request that proposes a new release: what merging it does, and the whole difference to what the environment
 * runs, within GitHub's limit; without Helm not that of the objects.
 */
export async function writeReleaseBody(
  repository: Repository,
  options: {
    readonly head: string;
    readonly config: Config;
    readonly plan: Plan;
    readonly helm: string | undefined;
    readonly now: Date;
  },
): Promise<string> {
  const { helm, plan } = options;
  const { environment, from, action, chartChanges = [] } = plan;
  const to = plan.to!;
  const record = await requireRecord(repository, environment, to);
  const depths: readonly Depth[] = ['versions', 'commits', 'manifests', 'policies'];
  const diff = await diffReleases(repository, {
    head: options.head,
    config: options.config,
    // By its name, as nothing stands for prod/0.
    a: environment,
    b: to,
    depths: new Set(helm === undefined ? depths.slice(0, 2) : depths),
    helm: async () => helm ?? '',
    now: options.now,
  });
  const lines = [
    `Merging this moves **${environment}** from ${code(from)} to ${code(to)}, a release that is tagged and does not change any more. Closing it leaves ${environment} as it is.`,
    [
      `- from: ${code(record.from)}`,
      `- by: ${plain(nameOfPerson(record.by))}`,
      ...(record.reason === undefined ? [] : [`- reason: ${plain(record.reason)}`]),
      ...(record.irreversible === undefined ? [] : [`- **cannot be undone**: ${plain(record.irreversible)}`]),
      ...(record.checks.length === 0 ? [] : [`- checked before it was tagged: ${record.checks.join(', ')}`]),
      ...(record.skipped ?? []).map((each) => `- **skipped**: ${plain(describeSkipped(each))}`),
      ...chartChanges.slice(0, listed).map(({ kind, path }) => `- ${kind}: ${code(path)}`),
      ...(chartChanges.length > listed
        ? [`- … and ${chartChanges.length - listed} more files of the chart`]
        : []),
    ].join('\n'),
  ];
  const start = `${lines.join('\n\n')}\n\n`;
  const end = `\n---\n${writtenBy(action)}`;
  return start + printDiffMarkdown(diff, bodyLimit - start.length - end.length) + end;
}

/** The body of any other pull request: what merging it does, and the plan as text, within GitHub's limit. */
export function writePlanBody(
  plan: Plan,
  said: {
    readonly by: string;
    readonly reason: string | undefined;
    readonly text: string;
    /** The trailers of the commit, one a line: a squash that takes this text keeps them. */
    readonly trailers: string;
  },
): string {
  const { environment, action, from, to } = plan;
  const moves = to !== undefined && to !== from;
  const does = moves
    ? `moves **${environment}** from ${code(from)} to ${code(to)}`
    : plan.changes.length > 0
      ? `changes the tags of **${environment}**`
      : `changes what is held or frozen in **${environment}**`;
  const start = [
    `Merging this is the ${code(action)}: it ${does}. Closing it leaves ${environment} as it is.`,
    [
      `- by: ${plain(nameOfPerson(said.by))}`,
      ...(said.reason === undefined ? [] : [`- reason: ${plain(said.reason)}`]),
    ].join('\n'),
  ].join('\n\n');
  const end = `\n\n---\n${writtenBy(action)}\n${said.trailers}\n`;
  const longest = Math.max(2, ...[...said.text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = bodyLimit - start.length - end.length - 2 * fence.length - 100;
  const text = said.text.length <= room ? said.text : `${said.text.slice(0, room)}…\n(cut off here)`;
  return `${start}${text === '' ? '' : `\n\n${fence}text\n${text}\n${fence}`}${end}`;
}

function writtenBy(action: Plan['action']): string {
  return `Written by ${code(['bitiq', action, '--pr'].join(' '))}, which writes it again each time it runs.\n`;
}
