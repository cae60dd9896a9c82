// Measures policies on many objects, beside the Kyverno CLI on the same files: `node tools/bench/policies.js [objects] [runs]`,
// after `npm run build`. Both are whole processes, from files to verdicts. Without `kyverno` on PATH (tools/kyverno pins the
// version: `go build -C tools/kyverno -o <folder>/kyverno github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno`) only bitiq is measured.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const count = Number(process.argv[2] ?? 2000);
const runs = Number(process.argv[3] ?? 3);
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bitiq-bench-'));

try {
  writeFiles();
  const own = best(process.execPath, [
    join(root, 'dist/cli/main.js'),
    'policy',
    'objects.yaml',
    '--environment',
    'bench',
    '--json',
  ]);
  const { counts } = JSON.parse(own.stdout);
  console.log(`${count} objects x 4 expressions in one policy; best of ${runs}`);
  report('bitiq policy', own.ms, counts);
  const kyverno = spawnSync('kyverno', ['version']).status === 0;
  if (!kyverno) console.log('kyverno is not on PATH, so there is nothing to compare with');
  else {
    const args = ['apply', 'policies/bench/policy.yaml', '--resource', 'objects.yaml'];
    const peer = best('kyverno', args, 1);
    const [, pass, fail, , error, skip] = /pass: (\d+), fail: (\d+), warn: (\d+), error: (\d+), skip: (\d+)/
      .exec(peer.stdout)
      .map(Number);
    report('kyverno apply (once)', peer.ms, { pass, fail, error, skip });
    console.log(`ratio: ${(peer.ms / own.ms).toFixed(1)}`);
    if (pass !== counts.pass || fail !== counts.fail || error !== counts.error) {
      console.log('The verdicts differ.');
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

function best(command, args, times = runs) {
  let found;
  for (let run = 0; run < times; run += 1) {
    const started = performance.now();
    const { stdout, stderr, status } = spawnSync(command, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    const ms = performance.now() - started;
    if (status !== 0 && status !== 1) throw new Error(`${command} ended with ${status}: ${stderr}`);
    if (found === undefined || ms < found.ms) found = { ms, stdout };
  }
  return found;
}

function report(name, ms, { pass, fail, error, skip }) {
  console.log(
    `${name.padEnd(22)} ${(ms / 1000).toFixed(2).padStart(7)} s   pass ${pass}, fail ${fail}, error ${error}, skip ${skip}`,
  );
}

function writeFiles() {
  writeFileSync(
    join(folder, 'bitiq.yaml'),
    'services: []\nenvironments:\n  - name: bench\n    pinned: true\n',
  );
  mkdirSync(join(folder, 'policies/bench'), { recursive: true });
  spawnSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  const expressions = [
    'object.spec.replicas >= 1 && object.spec.replicas <= 100',
    "object.spec.template.spec.containers.all(c, c.image.matches('^ghcr.io/[a-z-]+/[a-z0-9-]+:v[0-9.]+'))",
    "has(object.metadata.labels) && 'app.kubernetes.io/name' in object.metadata.labels",
    "object.spec.template.spec.containers.all(c, quantity(c.resources.limits.memory).isLessThan(quantity('1Gi')))",
  ];
  writeFileSync(
    join(folder, 'policies/bench/policy.yaml'),
    JSON.stringify({
      apiVersion: 'policies.kyverno.io/v1',
      kind: 'ValidatingPolicy',
      metadata: { name: 'bench' },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['apps'],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['deployments'],
            },
          ],
        },
        validations: expressions.map((expression) => ({ expression, message: 'it does not fit' })),
      },
    }),
  );
  writeFileSync(
    join(folder, 'objects.yaml'),
    Array.from({ length: count }, (_, n) => deployment(n)).join('---\n'),
  );
}

function deployment(n) {
  const name = `service-${n}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: bench
  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: ${n % 10 === 0 ? 200 : 2}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      securityContext:
        runAsNonRoot: true
      containers:
        - name: main
          image: ghcr.io/bitiq-io/${name}:v0.1.0-${n}.gabc1234
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests:
              cpu: 20m
              memory: 64Mi
            limits:
              memory: ${n % 7 === 0 ? '2Gi' : '256Mi'}
`;
}
