import type { Repository } from '../../git/repository.ts';
import type { Tree } from '../../git/tree.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../command.ts';
import { imageStoreOption, readOptions } from '../common-options.ts';
import { lookUpDigestOf } from '../image-check.ts';
import { helmPath, openNamed, openOptions } from '../open.ts';
import { printFinding } from '../print-finding.ts';
import { painter } from '../print.ts';

const options = [
  ...readOptions,
  { flags: '--no-render', summary: 'do not render the environments with Helm' },
  { flags: '--images', summary: 'ask the registries whether tags still name the recorded images' },
  imageStoreOption,
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const checkCommand = defineCommand({
  name: 'check',
  group: 'Reads',
  summary: 'check everything in the repository and report all findings',
  description:
    'Checks the files on disk, including uncommitted changes, and every release tag: bitiq.yaml, values, appVersion, Applications and their pointers, AppProjects and the root Application, ImageUpdaters, secret stores, holds and freezes, pipelines and triggers, policies, workflows and CODEOWNERS, secrets in any file, generated files, releases, rendering. With --repo it checks the head of main of that repository.',
  options,
  examples: [
    { command: 'bitiq check', summary: 'the current folder, before a commit' },
    { command: 'bitiq check --images', summary: 'also whether an image was pushed over' },
    { command: 'bitiq check --json', summary: 'for another tool' },
  ],
  exitCodes: { 0: 'no errors', 1: 'at least one error' },
  run: async (context) => {
    const { check: runCheck } = await import('../../actions/check.ts');
    const { tree, repository, online } = await openTree(context);
    const helm = context.options.render === false ? undefined : await helmPath(context);
    const findings = await runCheck(tree, {
      ...{ helm, repository, online },
      lookUpDigest: context.options.images === true ? lookUpDigestOf(context) : undefined,
      now: context.now(),
    });
    const errors = findings.filter((finding) => finding.severity === 'error').length;
    if (context.options.json === true) context.out(JSON.stringify(findings, null, 2));
    else for (const finding of findings) context.out(printFinding(finding, painter(context.colour)));
    context.note(
      findings.length === 0
        ? 'Checked: no findings.'
        : `Checked: ${errors} error${errors === 1 ? '' : 's'}, ${findings.length - errors} warning${findings.length - errors === 1 ? '' : 's'}.`,
    );
    return errors === 0 ? 0 : 1;
  },
});

async function openTree(context: Context): Promise<{ repository: Repository; tree: Tree; online: boolean }> {
  const { fetchRemote, headOfMain, openRepository } = await import('../../git/repository.ts');
  const { commitTree, folderTree } = await import('../../git/tree.ts');
  if (context.options.repo === undefined && context.env['BITIQ_REPO'] === undefined) {
    const repository = await openRepository(context.cwd, {
      ...openOptions(context),
      isFound: true,
      offline: true,
    });
    return { repository, tree: folderTree(repository), online: false };
  }
  const repository = await openNamed(context);
  const online = context.options.offline !== true;
  if (online) await fetchRemote(repository);
  return { repository, tree: commitTree(repository, await headOfMain(repository)), online };
}
