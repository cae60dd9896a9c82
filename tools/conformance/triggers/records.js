// Runs the Go tests of Tekton Triggers with functions that write down what they were given and what they gave.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const shims = join(import.meta.dirname, 'shims');

/** Per package: the functions that are watched, by file, and the files of ours that stand in for them. */
const watched = {
  'pkg/template': {
    files: {
      'jsonpath.go': [
        'parseJSONPath',
        'tektonJSONPathExpression',
        'relaxedJSONPathExpression',
        'findTektonExpressions',
      ],
      'event.go': ['applyEventValuesToParams', 'ResolveResources'],
      'resource.go': [
        'ResolveTrigger',
        'escapeTektonVariables',
        'applyParamsToResourceTemplate',
        'applyParamToResourceTemplate',
        'applyUIDToResourceTemplate',
      ],
    },
    shims: ['template.go', 'bindings_test.go'],
  },
  'pkg/interceptors/cel': {
    files: { 'cel.go': ['makeCelEnv', 'evaluate', 'Process'] },
    shims: ['cel.go', 'expressions_test.go'],
  },
  'pkg/interceptors/github': {
    files: { 'github.go': ['Process', 'makeClient', 'parseBodyForOwners', 'parseBodyForChangedFiles'] },
    shims: ['interceptor.go', 'github.go'],
  },
  ...Object.fromEntries(
    ['gitlab', 'bitbucket', 'slack'].map((name) => [
      `pkg/interceptors/${name}`,
      { files: { [`${name}.go`]: ['Process'] }, shims: ['interceptor.go', 'quiet.go'] },
    ]),
  ),
  'pkg/sink': {
    files: {
      'sink.go': ['HandleEvent', 'CreateResources', 'ExecuteInterceptors'],
      'validate_payload.go': ['IsValidPayload'],
    },
    shims: ['sink.go'],
  },
  'pkg/resources': { files: { 'create.go': ['addLabels'] }, shims: ['resources.go'] },
  'cmd/binding-eval/cmd': { files: { 'root.go': ['evalBinding'] }, shims: ['binding-eval.go'] },
  'cmd/cel-eval/cmd': { files: { 'root.go': ['evalCEL'] }, shims: ['cel-eval.go'] },
  'cmd/triggerrun/cmd': { files: { 'root.go': ['readHTTP', 'readTrigger'] }, shims: ['triggerrun.go'] },
  'pkg/apis/triggers/v1beta1': {
    files: {
      'event_listener_validation.go': ['Validate'],
      'trigger_validation.go': ['Validate'],
      'trigger_binding_validation.go': ['Validate'],
      'cluster_trigger_binding_validation.go': ['Validate'],
      'trigger_template_validation.go': ['Validate'],
    },
    shims: ['validation.go', 'files_test.go'],
  },
};

/** Every call that the tests made, once: `{kind, package, test, in, out, error?}`. A copy of the module is changed, not itself. */
export function recordTriggers(module) {
  const work = mkdtempSync(join(tmpdir(), 'bitiq-triggers-'));
  try {
    const records = join(work, 'records');
    mkdirSync(records);
    const copy = join(work, 'module');
    cpSync(module, copy, { recursive: true });
    makeWritable(copy);
    for (const [name, changes] of Object.entries(watched)) watch(join(copy, name), changes);
    const { status, stdout, stderr } = spawnSync(
      'go',
      ['test', '-count=1', '-vet=off', '-trimpath', ...Object.keys(watched).map((name) => `./${name}`)],
      {
        cwd: copy,
        encoding: 'utf8',
        env: {
          ...process.env,
          BITIQ_RECORDS: records,
          BITIQ_EXPRESSIONS: join(import.meta.dirname, 'expressions.json'),
          BITIQ_BINDINGS: join(import.meta.dirname, 'bindings.json'),
          BITIQ_FILES: join(import.meta.dirname, '../../../pipelines'),
        },
      },
    );
    if (status !== 0) throw new Error(`The tests of Triggers failed:\n${stdout}\n${stderr}`.slice(0, 5000));
    return readRecords(records);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Renames the functions of a package that are watched, and adds ours of the same names. */
function watch(folder, { files, shims: own }) {
  let packageName = '';
  for (const [file, functions] of Object.entries(files)) {
    let text = readFileSync(join(folder, file), 'utf8');
    packageName = /^package (\w+)/m.exec(text)[1];
    for (const each of functions) {
      const renamed = text.replace(
        new RegExp(`^(func (?:\\((?:\\w+ )?\\*?(?!\\w*Spec\\b)\\w+\\) )?)${each}\\(`, 'm'),
        `$1bitiqReal_${each}(`,
      );
      if (renamed === text) throw new Error(`${folder}/${file} has no function ${each}.`);
      text = renamed;
    }
    writeFileSync(join(folder, file), text);
  }
  const ours = (file) =>
    readFileSync(join(shims, file), 'utf8').replace(/^package \w+$/m, `package ${packageName}`);
  const recorder = `${ours('recorder.go')}\nconst bitiqPackage = "${packageName}"\n`;
  writeFileSync(join(folder, 'bitiq_recorder.go'), recorder);
  for (const file of own) writeFileSync(join(folder, `bitiq_${file.replace('-', '_')}`), ours(file));
}

/** Files of the module cache are read-only. */
function makeWritable(path) {
  chmodSync(path, statSync(path).mode | 0o200);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) makeWritable(join(path, name));
}

/** The order of parameters in events of the sink is one of chance; what comes of them all is compared with the event. */
function isChance({ kind, test }) {
  return test.endsWith('.test') && ['bind', 'escape', 'fill', 'uid', 'resources', 'labels'].includes(kind);
}

function readRecords(folder) {
  const seen = new Set();
  const all = [];
  for (const file of readdirSync(folder).sort()) {
    for (const line of readFileSync(join(folder, file), 'utf8').trim().split('\n')) {
      if (seen.has(line)) continue;
      seen.add(line);
      const record = JSON.parse(line);
      if (!isChance(record)) all.push(record);
    }
  }
  return all;
}
