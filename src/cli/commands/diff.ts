import type { Depth, ReleaseDiff } from '../../actions/diff.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { BitiqError } from '../../model/errors.ts';
import { defineCommand, orNoAnswer, type ContextOf, type OptionSpec } from '../command.ts';
import { readOptions, sourceOption } from '../common-options.ts';
import { helmPath, openForReading } from '../open.ts';
import { painter } from '../print.ts';
import { noteFindings } from '../print-finding.ts';
import { readSources } from '../source-option.ts';

const options = [
  {
    flags: '--depth <depths>',
    summary: 'how deep: versions, commits, manifests, policies; several with commas (default: versions)',
  },
  sourceOption,
  { flags: '--markdown', summary: 'print Markdown for a pull request' },
  ...readOptions,
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const diffCommand = defineCommand({
  name: 'diff',
  group: 'Reads',
  summary: 'compare any two releases, environments, dates or values files',
  description:
    'Each side is a release (prod/3, dev@abc1234), an environment (what Git wants there now), an environment at a moment (prod@{2026-11-01T12:00Z}: what Git wanted there then, according to the ledger; a date alone means its beginning in UTC), or the path of a values file. Versions are always compared; --depth adds the source commits between them, the rendered objects field by field, or the verdicts of the policies.',
  arguments: [
    { name: 'a', summary: 'a release, an environment, an environment at a moment, or a values file' },
    { name: 'b', summary: 'another one' },
  ],
  options,
  examples: [
    {
      command: 'bitiq diff prod dev --depth commits',
      summary: 'what a promotion would change, commit by commit',
    },
    { command: 'bitiq diff prod/2 prod/3 --depth manifests', summary: 'what changed in the cluster' },
    { command: "bitiq diff 'prod@{2026-11-01}' prod", summary: 'what changed since that day' },
    { command: 'bitiq diff prod helm/bitiq/values-prod.yaml', summary: 'compare with a values file on disk' },
  ],
  exitCodes: {
    0: 'nothing differs',
    1: 'something differs',
    2: 'a side is missing or cannot be read',
  },
  run: (context) =>
    orNoAnswer(async () => {
      const depths = readDepths(context.options.depth ?? 'versions');
      if (context.options.json === true && context.options.markdown === true) throw oneForm();
      // Looking for Helm takes as long as reading both sides, so it does not wait for them.
      const renders = depths.has('manifests') || depths.has('policies');
      const helm = renders ? helmPath(context) : undefined;
      helm?.catch(() => {});
      const { diffReleases, hasDifferences } = await import('../../actions/diff.ts');
      const { repository, head, config } = await openForReading(context);
      const [a, b] = context.args;
      const found = await diffReleases(repository, {
        head,
        config,
        a,
        b,
        depths,
        cwd: context.cwd,
        now: context.now(),
        helm: () => helm ?? helmPath(context),
        sources: readSources(context, config),
        offline: context.options.offline === true,
      });
      noteFindings(context, [...found.a.findings, ...found.b.findings]);
      context.out(await print(found, context));
      return hasDifferences(found) ? 1 : 0;
    }),
});

async function print(found: ReleaseDiff, context: Context): Promise<string> {
  if (context.options.markdown === true) {
    const { printDiffMarkdown } = await import('../../actions/diff/print-markdown.ts');
    return printDiffMarkdown(found).trimEnd();
  }
  const { diffToJson, printDiff } = await import('../print-diff.ts');
  return context.options.json === true
    ? JSON.stringify(diffToJson(found), null, 2)
    : printDiff(found, painter(context.colour));
}

const known: readonly Depth[] = ['versions', 'commits', 'manifests', 'policies'];

function readDepths(text: string): Set<Depth> {
  const named = text.split(',').map((part) => part.trim());
  const unknown = named.find((part) => !known.some((depth) => depth === part));
  if (unknown === undefined) return new Set(named as Depth[]);
  throw new BitiqError({
    code: 'usage',
    message: `There is no depth ${JSON.stringify(unknown)}.`,
    fix: suggestion(unknown, known),
  });
}

function oneForm(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--json and --markdown exclude each other.',
    fix: 'Ask for one of them.',
  });
}
