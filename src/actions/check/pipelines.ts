import type { Tree } from '../../git/tree.ts';
import type { Finding } from '../../model/finding.ts';
import { checkTektonFiles } from '../../tekton/index.ts';

/** Findings about the Tekton files in pipelines/: what is read wrongly, what points to nothing, and pipelines that could not be planned. */
export async function checkPipelines(tree: Tree): Promise<Finding[]> {
  const paths = (await tree.list('pipelines')).filter((path) => /\.ya?ml$/.test(path));
  const texts = await tree.read(paths);
  const files = paths.map((file) => ({ file, text: texts.get(file) ?? '' }));
  return checkTektonFiles(files, { mayLieElsewhere: false }).map(
    ({ code, severity, place, message, fix }) => ({ code, severity, place, message, fix }),
  );
}
