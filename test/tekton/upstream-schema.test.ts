import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readTektonFiles } from '../../src/tekton/load-objects.ts';
import { embedded, runYaml } from './kit.ts';

const modules = process.env['GOMODCACHE'] ?? join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'pkg/mod');
const definitions = join(modules, 'github.com/tektoncd/pipeline@v1.12.0/config/300-crds');

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean | Schema;
  [keyword: string]: unknown;
}

/** Tekton's own schema of a kind, closed: a field that the API server would drop is an error. */
function schemaOf(kind: string): ValidateFunction {
  const definition = parse(readFileSync(join(definitions, `300-${kind.toLowerCase()}.yaml`), 'utf8')) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
  };
  const version = definition.spec.versions.find(({ name }) => name === 'v1')!;
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
    close(version.schema.openAPIV3Schema),
  );
}

function close(schema: Schema): Schema {
  const closed: Schema = { ...schema };
  if (schema.properties) {
    closed.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => [key, close(value)]),
    );
    const isOpen =
      schema['x-kubernetes-preserve-unknown-fields'] === true || Object.keys(schema.properties).length === 0;
    if (!isOpen) closed.additionalProperties = false;
  }
  if (schema.properties?.['metadata']) closed.properties!['metadata'] = { type: 'object' };
  if (schema.items) closed.items = close(schema.items);
  return closed;
}

// The schemas come with Tekton's Go module: `go mod download github.com/tektoncd/pipeline@v1.12.0`.
describe.skipIf(!existsSync(definitions))("Tekton's own schemas accept", () => {
  it('every Task and Pipeline of the repository', async () => {
    const files = await readTektonFiles([join(import.meta.dirname, '../../pipelines')]);
    let count = 0;
    for (const { file, text } of files) {
      for (const document of parseAllDocuments(text)) {
        const object = document.toJSON() as { apiVersion: string; kind: string };
        if (object.apiVersion !== 'tekton.dev/v1') continue;
        const validate = schemaOf(object.kind);
        expect(validate(object), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
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
    for (const object of objects) {
      const validate = schemaOf(object.kind);
      expect(
        validate(object),
        `${JSON.stringify(validate.errors)} in ${JSON.stringify(object, undefined, 1)}`,
      ).toBe(true);
    }
  });
});
