import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import { loadTektonObjects, type TektonObjects } from '../../tekton/load-objects.ts';
import { planPipelineRun } from '../../tekton/plan/plan-pipeline-run.ts';
import { readDocuments, type SourceFile } from '../../tekton/read/documents.ts';
import { readPipelineRun } from '../../tekton/read/runs.ts';
import { readListeners } from '../../tekton/triggers/load-listener.ts';
import type { Pipeline } from '../../tekton/types.ts';
import type { TektonFinding } from '../../tekton/finding.ts';

/** Findings about the Tekton files in pipelines/: what is read wrongly, what points to nothing, and pipelines that could not be planned. */
export async function checkPipelines(tree: Tree): Promise<Finding[]> {
  const paths = (await tree.list('pipelines')).filter((path) => /\.ya?ml$/.test(path));
  const texts = await tree.read(paths);
  const files: SourceFile[] = paths.map((file) => ({ file, text: texts.get(file) ?? '' }));
  const objects = loadTektonObjects(files);
  const listeners = readListeners(files);
  const planned = [...objects.pipelines.values()].flatMap((pipeline) => planWithAnything(pipeline, objects));
  return [...objects.findings, ...listeners.findings, ...planned].map(
    ({ code, severity, place, message, fix }) => ({ code, severity, place, message, fix }),
  );
}

const madeUp = 'a run of every pipeline';

/** Plans a run that gives the pipeline whatever it asks for: what is found then is a fault of the pipeline itself. */
function planWithAnything(pipeline: Pipeline, objects: TektonObjects): TektonFinding[] {
  const run = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name: 'check' },
    spec: {
      pipelineRef: { name: pipeline.name },
      params: pipeline.spec.params
        .filter((param) => param.default === undefined)
        .map((param) => ({
          name: param.name,
          value:
            param.type === 'array'
              ? [param.name]
              : param.type === 'object'
                ? Object.fromEntries(param.properties.map((key) => [key, key]))
                : (param.enum?.[0] ?? param.name),
        })),
      workspaces: pipeline.spec.workspaces.map(({ name }) => ({ name, emptyDir: {} })),
    },
  };
  const [document] = readDocuments([{ file: madeUp, text: JSON.stringify(run) }], []);
  const { findings } = planPipelineRun(objects, readPipelineRun(document!), { name: 'check', uid: 'check' });
  return findings.filter(({ place }) => place.file !== madeUp);
}
