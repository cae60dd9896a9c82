// Asks the Kyverno command line what it says of the objects and the release that bitiq has judged.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { readNamespaceObject } from '../../dist/actions/policy/namespace-object.js';
import { readPolicyFiles } from '../../dist/actions/policy/read-policy-files.js';

const format = 'cli.kyverno.io/v1alpha1';

/** Whether `kyverno` is on PATH. */
export function hasKyverno() {
  return spawnSync('kyverno', ['version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Kyverno's verdicts, as `<policy> <Kind>/<name>` → result, by the policies of a tree. Objects without a namespace are taken
 * into that of the environment, with the labels that its Application gives it; the release is judged by policies of the mode JSON.
 */
export async function askKyverno({ tree, environment, namespace, manifests, release }) {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-kyverno-'));
  try {
    const { ofObjects, ofReleases, exceptions } = await writePolicies(tree, folder);
    const { metadata } = await readNamespaceObject(tree, environment, namespace);
    const verdicts = new Map();
    const collect = (results, nameOf) => {
      for (const { policy, result, resources } of results)
        for (const resource of resources ?? []) verdicts.set(`${policy} ${nameOf(resource)}`, result);
    };
    if (ofObjects.length > 0) {
      const objects = objectsOf(manifests, namespace);
      const args = [
        ...ofObjects,
        ...[
          '--resource',
          write(folder, 'objects.yaml', objects.map((object) => stringify(object)).join('---\n')),
        ],
        ...['--values-file', write(folder, 'values.yaml', stringify(namespaceLabels(metadata, objects)))],
        // What the policies look up among the objects of the same release.
        ...['--context-file', write(folder, 'context.yaml', stringify(contextOf(objects)))],
        ...exceptions.flatMap((path) => ['--exception', path]),
      ];
      collect(apply(folder, args), ({ kind, name }) => `${kind}/${name}`);
    }
    if (ofReleases.length > 0 && release !== undefined) {
      const args = [...ofReleases, '--json', write(folder, 'release.json', JSON.stringify(release))];
      collect(apply(folder, args), () => `Release/${release.release.name}`);
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where two sets of verdicts are not the same, as sentences. Rego files are not Kyverno's. */
export function compareVerdicts(report, kyverno) {
  const ours = new Map(
    report.verdicts
      .filter(({ policyFile }) => !policyFile.endsWith('.rego'))
      .map(({ policy, kind, name, result }) => [`${policy} ${kind}/${name}`, result]),
  );
  return [...new Set([...ours.keys(), ...kyverno.keys()])]
    .filter((key) => ours.get(key) !== kyverno.get(key))
    .map(
      (key) => `${key}: ${ours.get(key) ?? 'nothing'} by bitiq, ${kyverno.get(key) ?? 'nothing'} by Kyverno`,
    )
    .sort();
}

async function writePolicies(tree, folder) {
  const { yaml } = await readPolicyFiles(tree);
  const found = { ofObjects: [], ofReleases: [], exceptions: [] };
  mkdirSync(join(folder, 'policies'));
  for (const [path, text] of yaml) {
    for (const [index, document] of parseAllDocuments(text).entries()) {
      const policy = document.toJSON();
      if (policy === null) continue;
      const name = `policies/${path.replace(/[^\w.-]/g, '-')}-${index}.yaml`;
      const list =
        policy.kind === 'PolicyException'
          ? found.exceptions
          : policy.spec?.evaluation?.mode === 'JSON'
            ? found.ofReleases
            : found.ofObjects;
      list.push(write(folder, name, stringify(policy)));
    }
  }
  return found;
}

function apply(folder, args) {
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 30 };
  const { stdout, stderr, error } = spawnSync(
    'kyverno',
    ['apply', ...args, '--policy-report', '--output-format', 'json', '--remove-color'],
    options,
  );
  if (error) throw error;
  const start = stdout.indexOf('{');
  // Nothing that the policies take in gives no report.
  if (start < 0 && /no (?:polic|resource)/i.test(stdout + stderr)) return [];
  if (start < 0) throw new Error(`kyverno gave no report: ${(stderr || stdout).trim().slice(-2000)}`);
  return JSON.parse(stdout.slice(start)).results ?? [];
}

function objectsOf(manifests, namespace) {
  const objects = parseAllDocuments(manifests)
    .map((document) => document.toJSON())
    .flatMap((object) => (object?.kind === 'List' ? object.items : [object]))
    .filter((object) => object !== null && object.kind !== undefined);
  for (const object of objects) object.metadata.namespace ??= namespace;
  return objects;
}

/** Every namespace that an object names has the labels of the environment's, as bitiq has it. */
function namespaceLabels({ name, labels }, objects) {
  const names = new Set([name, ...objects.map(({ metadata }) => metadata.namespace)]);
  const namespaceSelector = [...names].map((each) => ({
    name: each,
    labels: { ...labels, 'kubernetes.io/metadata.name': each },
  }));
  return { apiVersion: format, kind: 'Values', metadata: { name }, namespaceSelector };
}

function contextOf(resources) {
  return { apiVersion: format, kind: 'Context', metadata: { name: 'release' }, spec: { resources } };
}

function write(folder, name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
