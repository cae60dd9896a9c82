import { nameOfPerson } from '../model/name-of-person.ts';
import type { Config } from '../model/config.ts';
import { describeSkipped } from '../model/release.ts';
import type { FileChange } from '../model/plan.ts';
import type { Repository } from '../git/repository.ts';
import { diffReleases, type Depth } from './diff.ts';
import { bodyLimit, code, plain, printDiffMarkdown } from './diff/print-markdown.ts';
import { requireRecord } from './read-records.ts';

const listed = 30;

/**
 * The body of the pull request that proposes a release: what merging it does, and the whole difference to what the
 * environment runs, within GitHub's limit.
 */
export async function writePullRequestBody(
  repository: Repository,
  options: {
    readonly head: string;
    readonly config: Config;
    readonly environment: string;
    /** What the environment runs, such as `prod/6`. */
    readonly from: string;
    /** The release that is proposed. */
    readonly to: string;
    /** Files of the chart and the configuration that change. */
    readonly chartChanges: readonly FileChange[];
    readonly helm: string;
    readonly now: Date;
  },
): Promise<string> {
  const { environment, from, to, helm } = options;
  const record = await requireRecord(repository, environment, to);
  const diff = await diffReleases(repository, {
    head: options.head,
    config: options.config,
    // By its name, as nothing stands for prod/0.
    a: environment,
    b: to,
    depths: new Set<Depth>(['versions', 'commits', 'manifests', 'policies']),
    helm: async () => helm,
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
      ...options.chartChanges.slice(0, listed).map(({ kind, path }) => `- ${kind}: ${code(path)}`),
      ...(options.chartChanges.length > listed
        ? [`- … and ${options.chartChanges.length - listed} more files of the chart`]
        : []),
    ].join('\n'),
  ];
  const start = `${lines.join('\n\n')}\n\n`;
  const end = '\n---\nWritten by `bitiq promote --pr`, which writes it anew when it is run again.\n';
  return start + printDiffMarkdown(diff, bodyLimit - start.length - end.length) + end;
}
