/** What tells that a container is up, as a Pod's probe says it; all times are seconds. */
export interface HealthProbe {
  readonly check:
    | {
        readonly kind: 'http';
        readonly path: string;
        readonly scheme: 'http' | 'https';
        readonly headers: Readonly<Record<string, string>>;
      }
    | { readonly kind: 'tcp' }
    | { readonly kind: 'exec'; readonly command: readonly string[] };
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** One environment variable of a container: a value, a key of the service's secrets file, or all of that file. */
export type EnvironmentEntry =
  | { readonly kind: 'value'; readonly name: string; readonly value: string }
  | { readonly kind: 'secret'; readonly name: string; readonly key: string; readonly optional: boolean }
  | { readonly kind: 'all-secrets'; readonly prefix: string; readonly optional: boolean };

/** One Deployment: all that is needed to run it as a process, as a plain value. */
export interface Workload {
  readonly service: string;
  readonly repository: string;
  readonly tag: string;
  /** `sha256:<hex>` of the image that a release recorded; undefined where the tag alone is named. */
  readonly digest?: string | undefined;
  readonly replicas: number;
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
  readonly workingDirectory?: string | undefined;
  /** Later entries win over earlier ones of the same name. */
  readonly environment: readonly EnvironmentEntry[];
  /** The container's port; absent when it offers none. */
  readonly port?: number | undefined;
  readonly startup?: HealthProbe | undefined;
  readonly readiness?: HealthProbe | undefined;
  readonly liveness?: HealthProbe | undefined;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** `sha256:<hex>` of the Pod template. */
  readonly templateDigest: string;
}

/** A host name that other services use, and the service behind it. */
export interface Peer {
  readonly host: string;
  readonly namespace?: string | undefined;
  readonly port: number;
  readonly service: string;
}

/** What of one environment's rendered manifests matters without a cluster. */
export interface RenderedWorkloads {
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
  /** Those that only a cluster can run. Absent in what an older version of bitiq kept. */
  readonly unsupported?: readonly UnsupportedWorkload[];
}

/** A workload that this machine cannot run as a process, and why. */
export interface UnsupportedWorkload {
  readonly service: string;
  readonly tag: string;
  /** A sentence. */
  readonly reason: string;
}

/** The values that Pods can name: ConfigMaps and Secrets of the rendering, and which keys an ExternalSecret fills. */
export interface NamedValues {
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Secret name → its keys; undefined keys when the whole entry of the store is taken. */
  readonly externalSecrets: ReadonlyMap<string, readonly string[] | undefined>;
}
