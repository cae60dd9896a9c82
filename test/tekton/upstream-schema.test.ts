import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readTektonFiles } from '../../src/tekton/load-objects.ts';
import { customResourceValidator, hasGo, moduleFolder } from '../kit/module-schemas.ts';
import { embedded, runYaml } from './kit.ts';

/** What Tekton's own schema of a kind says against an object; a field that the API server would drop is an error. */
function faultsOf(object: { kind: string }): string[] {
  const file = `config/300-crds/300-${object.kind.toLowerCase()}.yaml`;
  const validate = (validators[file] ??= customResourceValidator(join(tekton(), file), 'v1'));
  return validate(object);
}

const validators: Record<string, (object: unknown) => string[]> = {};
const tekton = () => moduleFolder('github.com/tektoncd/pipeline@v1.12.0');

describe.skipIf(!hasGo)(`Tekton's own schemas accept${hasGo ? '' : ' (skipped: no go on PATH)'}`, () => {
  it('every Task and Pipeline of the repository', async () => {
    const files = await readTektonFiles([join(import.meta.dirname, '../../pipelines')]);
    let count = 0;
    for (const { file, text } of files) {
      for (const document of parseAllDocuments(text)) {
        const object = document.toJSON() as { apiVersion: string; kind: string };
        if (object.apiVersion !== 'tekton.dev/v1') continue;
        expect(faultsOf(object), file).toEqual([]);
        count++;
      }
    }
    expect(count).toBe(4);
  });

  it('what a run says of itself', async () => {
    const run = await runYaml(
      embedded(`params: [{ name: p, type: array, default: [a] }]
results: [{ name: r, value: $(tasks.a.results.r) }]
tasks:
- name: a
  retries: 1
  when: [{ input: a, operator: in, values: ["$(params.p[*])"] }]
  taskSpec:
    results: [{ name: r }, { name: l, type: array }]
    steps: [{ name: s, script: 'printf x > $(results.r.path); printf "[]" > $(results.l.path); test $(context.task.retry-count) = 1' }]
- name: skipped
  when: [{ input: a, operator: in, values: [other] }]
  taskSpec: { steps: [{ name: s, script: "true" }] }
finally:
- name: f
  onError: continue
  taskSpec: { steps: [{ name: s, script: "false" }] }
`),
    );
    expect(run.taskRuns).toHaveLength(2);
    const objects = JSON.parse(JSON.stringify([run.pipelineRun, ...run.taskRuns])) as { kind: string }[];
    for (const object of objects) expect(faultsOf(object), JSON.stringify(object, undefined, 1)).toEqual([]);
  });
});
