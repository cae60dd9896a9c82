import type { TektonFinding } from '../tekton/finding.ts';
import { readTektonFiles } from '../tekton/load-objects.ts';
import { checkTektonFiles } from './check/tekton-files.ts';

/** Every fault of Tekton files or folders of them; a Task that they name and do not have may lie in a cluster. */
export async function checkPipeline(files: readonly string[]): Promise<TektonFinding[]> {
  return checkTektonFiles(await readTektonFiles(files), { mayLieElsewhere: true });
}
