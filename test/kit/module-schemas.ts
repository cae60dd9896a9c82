import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

type Schema = Record<string, unknown>;

/** Whether Go is there, which fetches the modules that the schemas come from. */
export const hasGo = spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

/** The folder of a Go module at a version, fetched when it is not in Go's cache yet. */
export function moduleFolder(module: string): string {
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', module], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${module} could not be fetched:\n${stdout}${stderr}`);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Checks objects against the schema of a CustomResourceDefinition's version, as an API server with strict fields does. */
export function customResourceValidator(file: string, version: string): (object: unknown) => string[] {
  const definition = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[] };
  };
  const found = definition.spec.versions.find((each) => each.name === version);
  if (found?.served !== true) throw new Error(`${file} does not serve ${version}.`);
  const schema = strict(found.schema.openAPIV3Schema);
  const metadata = { metadata: { type: 'object' } };
  return validator({ ...schema, properties: { ...(schema['properties'] as Schema), ...metadata } });
}

/**
 * Gives an object as an API server stores it: with the defaults of the schema of a CustomResourceDefinition's version. Argo CD compares
 * lists of custom resources as wholes when it applies on the server's side, so what is added in one is a difference for ever.
 */
export function customResourceDefaults(file: string, version: string): (object: unknown) => unknown {
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
  };
  const schema = spec.versions.find((each) => each.name === version)?.schema.openAPIV3Schema;
  if (!schema) throw new Error(`${file} has no ${version}.`);
  return (object) => withDefaults(structuredClone(object), schema);
}

/** Structural defaulting: a field that is absent gets its default, then what is there is looked into. */
function withDefaults(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const items = schema['items'] as Schema | undefined;
    return items ? value.map((item) => withDefaults(item, items)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  for (const [name, each] of Object.entries(properties)) {
    const isUnset = fields[name] === undefined || (fields[name] === null && each['nullable'] !== true);
    if (isUnset && each['default'] !== undefined) fields[name] = structuredClone(each['default']);
  }
  const others = schema['additionalProperties'] as Schema | boolean | undefined;
  for (const [name, field] of Object.entries(fields)) {
    const below = properties[name] ?? (typeof others === 'object' ? others : undefined);
    if (below) fields[name] = withDefaults(field, below);
  }
  return fields;
}

/** The fields of a CustomResourceDefinition's version below a path such as `spec.destinations[]`, as `name:type`, sorted. */
export function fieldsAt(file: string, version: string, path: string): string {
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
  };
  const found = spec.versions.find((each) => each.name === version)?.schema.openAPIV3Schema;
  const at = path.split('.').reduce<Schema>((schema, part) => {
    const below = (schema['properties'] as Record<string, Schema>)[part.replace('[]', '')]!;
    return part.endsWith('[]') ? (below['items'] as Schema) : below;
  }, found!);
  return Object.entries(at['properties'] as Record<string, Schema>)
    .map(([name, { type }]) => `${name}:${String(type)}`)
    .sort()
    .join(' ');
}

/** Checks data against a JSON Schema (draft 2020-12) in a file. */
export function jsonSchemaValidator(file: string): (data: unknown) => string[] {
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  return validator(schema, new Ajv2020({ strict: false, allErrors: true, logger: false }));
}

function validator(
  schema: Schema,
  ajv: Ajv = new Ajv({ strict: false, allErrors: true, logger: false }),
): (data: unknown) => string[] {
  addFormats.default(ajv);
  const validate: ValidateFunction = ajv.compile(schema);
  return (data) =>
    validate(data)
      ? []
      : (validate.errors ?? []).map(
          (each) => `${each.instancePath} ${each.message} ${JSON.stringify(each.params)}`,
        );
}

/** A structural schema that also refuses unknown fields, where it does not say that they are kept. */
function strict(schema: Schema): Schema {
  const copy: Schema = { ...schema };
  if (copy['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  for (const key of ['items', 'additionalProperties', 'not']) {
    if (typeof copy[key] === 'object') copy[key] = strict(copy[key] as Schema);
  }
  if (typeof copy['properties'] === 'object') {
    const properties = Object.entries(copy['properties'] as Record<string, Schema>);
    copy['properties'] = Object.fromEntries(properties.map(([name, each]) => [name, strict(each)]));
    const open =
      copy['x-kubernetes-preserve-unknown-fields'] === true || copy['additionalProperties'] !== undefined;
    if (!open) copy['additionalProperties'] = false;
  }
  return copy;
}

/** Go's module of a tool whose schemas the tests read, at the newest version that the Go of tools/kyverno can fetch. */
export const modules = {
  argoCd: 'github.com/argoproj/argo-cd/v3@v3.2.11',
  imageUpdater: 'github.com/argoproj-labs/argocd-image-updater@v1.3.0',
  externalSecrets: 'github.com/external-secrets/external-secrets@v1.3.2',
  gatewayApi: 'sigs.k8s.io/gateway-api@v1.4.1',
  kyverno: 'github.com/kyverno/kyverno@v1.19.1',
  tekton: 'github.com/tektoncd/pipeline@v1.12.0',
  triggers: 'github.com/tektoncd/triggers@v0.36.0',
  compose: 'github.com/compose-spec/compose-go/v2@v2.16.2',
} as const;

/** Where the definitions of custom resources stand in their modules. */
export const definitions = {
  Application: () => join(moduleFolder(modules.argoCd), 'manifests/crds/application-crd.yaml'),
  AppProject: () => join(moduleFolder(modules.argoCd), 'manifests/crds/appproject-crd.yaml'),
  ImageUpdater: () =>
    join(
      moduleFolder(modules.imageUpdater),
      'config/crd/bases/argocd-image-updater.argoproj.io_imageupdaters.yaml',
    ),
  ClusterSecretStore: () =>
    join(
      moduleFolder(modules.externalSecrets),
      'config/crds/bases/external-secrets.io_clustersecretstores.yaml',
    ),
  ExternalSecret: () =>
    join(moduleFolder(modules.externalSecrets), 'config/crds/bases/external-secrets.io_externalsecrets.yaml'),
  HTTPRoute: () =>
    join(moduleFolder(modules.gatewayApi), 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'),
  ValidatingPolicy: () =>
    join(
      moduleFolder(modules.kyverno),
      'config/crds/policies.kyverno.io/policies.kyverno.io_validatingpolicies.yaml',
    ),
  Task: () => join(moduleFolder(modules.tekton), 'config/300-crds/300-task.yaml'),
  Pipeline: () => join(moduleFolder(modules.tekton), 'config/300-crds/300-pipeline.yaml'),
  EventListener: () => join(moduleFolder(modules.triggers), 'config/300-eventlistener.yaml'),
  Trigger: () => join(moduleFolder(modules.triggers), 'config/300-trigger.yaml'),
  TriggerBinding: () => join(moduleFolder(modules.triggers), 'config/300-triggerbinding.yaml'),
  TriggerTemplate: () => join(moduleFolder(modules.triggers), 'config/300-triggertemplate.yaml'),
} as const;
