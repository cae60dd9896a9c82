import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDeployer, type Deployer } from '../../src/local/deployer/deployer.ts';
import type { DeployerOptions } from '../../src/local/deployer/deployer-options.ts';
import type { StartConfig, ImageStore } from '../../src/local/deployer/images.ts';
import type { EnvironmentView, ServiceView } from '../../src/model/loop-view.ts';

/** A service whose behaviour its version and its environment decide; every answer says which version and process gave it. */
const server = await readFile(new URL('./service.mjs', import.meta.url), 'utf8');

/** An image store in a folder: each image is a folder of files. */
interface FolderImages extends ImageStore {
  add(
    repository: string,
    tag: string,
    image?: { script?: string; config?: Partial<StartConfig> },
  ): Promise<void>;
}

function folderImages(root: string): FolderImages {
  const images = new Map<string, { digest: string; config: StartConfig; folder: string }>();
  return {
    async add(repository, tag, { script = server, config = {} } = {}) {
      const folder = join(root, `${repository.replaceAll('/', '-')}-${tag}`);
      await mkdir(join(folder, 'app'), { recursive: true });
      await writeFile(join(folder, 'app/server.mjs'), script);
      const digest = `sha256:${createHash('sha256')
        .update(script)
        .update(repository + tag)
        .digest('hex')}`;
      const full = {
        entrypoint: [],
        command: ['node', 'server.mjs'],
        environment: [`BITIQ_TAG=${tag}`],
        workingDirectory: '/app',
        ...config,
      };
      images.set(`${repository}:${tag}`, { digest, config: full, folder });
    },
    async find(repository, tag) {
      const image = images.get(`${repository}:${tag}`);
      return image && { ...image, unpack: (into) => cp(image.folder, into, { recursive: true }) };
    },
  };
}

export interface ServiceSpec {
  readonly name: string;
  readonly tag: string;
  readonly env?: Record<string, string>;
  /** Indented text that goes into the container. */
  readonly container?: string;
  readonly replicas?: number;
  readonly grace?: number;
  readonly probe?: string;
  readonly liveness?: string;
}

/** What the chart renders for these services, as far as the deployer reads it. */
export function manifestsOf(...services: ServiceSpec[]): string {
  return services.map(manifestOf).join('');
}

function manifestOf({
  name,
  tag,
  env = {},
  container = '',
  replicas = 1,
  grace = 60,
  probe,
  liveness,
}: ServiceSpec): string {
  const variables = Object.entries(env).map(
    ([key, value]) => `            - name: ${key}\n              value: ${JSON.stringify(value)}\n`,
  );
  const readiness =
    probe ??
    'httpGet: { path: /healthz, port: http }\n            periodSeconds: 1\n            failureThreshold: 60';
  return `---
# Source: bitiq/templates/services.yaml
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app.kubernetes.io/name: ${name} }
  ports:
    - { name: http, port: 80, targetPort: http }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { bitiq.io/release-id: "${services(tag)}" }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app.kubernetes.io/name: ${name} } }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/version: ${tag} }
    spec:
      terminationGracePeriodSeconds: ${grace}
      containers:
        - name: ${name}
          image: example.test/${name}:${tag}
          ports:
            - { name: http, containerPort: 8080 }
${variables.length > 0 ? `          env:\n${variables.join('')}` : ''}${container}          readinessProbe:
            ${readiness}
${liveness === undefined ? '' : `          livenessProbe:\n            ${liveness}\n`}      volumes:
        - { name: tmp, emptyDir: {} }
`;
}

function services(tag: string): string {
  return createHash('sha256').update(tag).digest('hex').slice(0, 12);
}

let revisions = 0;

/** A request for these manifests, as the state that a new commit of the environment asks for. */
export function request(manifests: string, release = `dev@${String((revisions += 1)).padStart(7, '0')}`) {
  const digest = createHash('sha256').update(manifests).digest('hex');
  return {
    manifests,
    manifestDigest: `sha256:${digest}`,
    release,
    revision: digest.slice(0, 40),
    releaseId: digest.slice(0, 12),
  };
}

export interface Kit {
  readonly root: string;
  readonly directory: string;
  readonly secretsDirectory: string;
  readonly images: FolderImages;
  readonly views: EnvironmentView[];
  start(options?: Partial<DeployerOptions>): Promise<Deployer>;
  /** Stops every deployer and removes the folder; fails when a process of it is left. */
  end(): Promise<void>;
}

export async function openKit(): Promise<Kit> {
  const root = await mkdtemp(join(tmpdir(), 'bitiq-deployer-'));
  const directory = join(root, 'apps/dev');
  const secretsDirectory = join(root, 'secrets/dev');
  await mkdir(secretsDirectory, { recursive: true });
  const images = folderImages(join(root, 'store'));
  const deployers: Deployer[] = [];
  const views: EnvironmentView[] = [];
  return {
    root,
    directory,
    secretsDirectory,
    images,
    views,
    async start(options = {}) {
      const deployer = await startDeployer({
        environment: 'dev',
        directory,
        images,
        secretsDirectory,
        clock: () => new Date(),
        onChange: (view) => views.push(view),
        readyCapMs: 60_000,
        shutdownGraceMs: 60_000,
        ...options,
      });
      deployers.push(deployer);
      return deployer;
    },
    async end() {
      await Promise.all(deployers.map((deployer) => deployer.stop()));
      await until('no process is left', () => processesIn(root).length === 0).catch(() => {});
      const left = processesIn(root);
      await rm(root, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`Processes were left:\n${left.join('\n')}`);
    },
  };
}

/** The processes that carry a folder's name in their environment or arguments, as lines of ps. */
export function processesIn(folder: string): string[] {
  const lines = execFileSync('ps', ['-A', 'eww', '-o', 'pid=,pgid=,stat=,command='], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  }).split('\n');
  return lines.filter((line) => line.includes(folder) && !/^\s*\d+\s+\d+\s+Z/.test(line));
}

export function serviceOf(view: EnvironmentView, name: string): ServiceView {
  const found = view.services.find(({ service }) => service === name);
  if (found === undefined) throw new Error(`${name} is not in the view.`);
  return found;
}

/** What a service of the kit answers. */
export interface Answer {
  readonly tag: string;
  readonly pid: number;
  readonly env: Record<string, string>;
}

export async function ask(deployer: Deployer, name: string, path = '/'): Promise<Answer> {
  const { url } = serviceOf(deployer.view(), name);
  const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
  return (await response.json()) as Answer;
}

/** Waits until a condition holds; fails with what it is about after `limitMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 150_000,
): Promise<void> {
  for (const end = performance.now() + limitMs; !(await condition()); await sleep(10)) {
    if (performance.now() > end) throw new Error(`Not within ${limitMs} ms: ${what}`);
  }
}
