import { BitiqError } from '../../model/errors.ts';
import { defineCommand } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { helmPath, openForReading } from '../open.ts';
import { noteFindings } from '../print-finding.ts';

export const renderCommand = defineCommand({
  name: 'render',
  group: 'Reads',
  summary: 'print the Kubernetes objects of an environment or a release',
  description:
    'Prints exactly what `helm template` prints for the tree that the environment runs, and the digest on stderr.',
  arguments: [{ name: 'release', summary: 'an environment, or a release such as prod/3 or dev@abc1234' }],
  options: readOptions,
  examples: [
    { command: 'bitiq render prod', summary: 'what prod runs' },
    {
      command: 'bitiq render prod/2 | kubectl diff -f -',
      summary: 'compare an older release with a cluster',
    },
  ],
  printsBytes: 'stdout',
  run: async (context) => {
    const { renderEnvironment } = await import('../../actions/render.ts');
    const { resolveRelease } = await import('../../actions/read/resolve-release.ts');
    const { commitTree } = await import('../../git/tree.ts');
    const { repository, head, config } = await openForReading(context);
    const release = await resolveRelease(repository, { head, config, name: context.args[0] });
    noteFindings(context, release.findings);
    if (release.commit === undefined) {
      throw new BitiqError({
        code: 'release-missing',
        message: `${release.environment} has no release yet, so there is nothing to render.`,
        fix: `\`bitiq promote ${release.environment}\` makes the first one.`,
      });
    }
    const rendering = await renderEnvironment(commitTree(repository, release.commit), {
      environment: release.environment,
      helm: await helmPath(context),
    });
    if (context.options.json === true) {
      const { manifests, digest, releaseName, namespace } = rendering;
      const { release: name, commit, findings } = release;
      context.out(
        JSON.stringify(
          { release: name, commit, manifests, digest, releaseName, namespace, findings },
          null,
          2,
        ),
      );
    } else {
      context.out(rendering.manifests.replace(/\n$/, ''));
      context.note(`${release.release}: ${rendering.digest}`);
    }
    return 0;
  },
});
