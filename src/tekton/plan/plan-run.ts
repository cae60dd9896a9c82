import { loadTektonObjects } from '../load-objects.ts';
import type { SourceFile } from '../read/documents.ts';
import { planPipelineRun, type Planned } from './plan-pipeline-run.ts';
import type { RunIdentity } from './types.ts';

/** Plans the first PipelineRun of files, which name everything that it needs; undefined when they have none. */
export function planRun(files: readonly SourceFile[], identity: RunIdentity): Planned | undefined {
  const objects = loadTektonObjects(files);
  const [run] = objects.pipelineRuns;
  return run && planPipelineRun(objects, run, identity);
}
