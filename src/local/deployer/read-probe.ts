import type { HealthProbe } from './rendering.ts';

/** A probe as a Pod has it (Kubernetes API, core/v1 Probe). */
export interface RenderedProbe {
  readonly httpGet?: {
    readonly path?: string;
    readonly port?: number | string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly port?: number | string };
  readonly exec?: { readonly command?: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

/** Reads a probe with the defaults of Kubernetes; one that asks another port than the container's own is refused. */
export function readProbe(
  rendered: RenderedProbe,
  port: { readonly name?: string; readonly containerPort: number } | undefined,
  refuse: (reason: string) => Error,
): HealthProbe {
  return {
    check: readCheck(rendered, port, refuse),
    initialDelay: rendered.initialDelaySeconds ?? 0,
    period: rendered.periodSeconds ?? 10,
    timeout: rendered.timeoutSeconds ?? 1,
    successThreshold: rendered.successThreshold ?? 1,
    failureThreshold: rendered.failureThreshold ?? 3,
  };
}

function readCheck(
  rendered: RenderedProbe,
  port: { readonly name?: string; readonly containerPort: number } | undefined,
  refuse: (reason: string) => Error,
): HealthProbe['check'] {
  if (rendered.exec !== undefined) return { kind: 'exec', command: rendered.exec.command ?? [] };
  const asked = rendered.httpGet?.port ?? rendered.tcpSocket?.port;
  if (asked === undefined) throw refuse('is neither httpGet, tcpSocket nor exec');
  if (port === undefined || (asked !== port.containerPort && asked !== port.name)) {
    throw refuse(`asks port ${asked}, which is not the container's one port`);
  }
  if (rendered.httpGet === undefined) return { kind: 'tcp' };
  return {
    kind: 'http',
    path: rendered.httpGet.path ?? '/',
    scheme: rendered.httpGet.scheme === 'HTTPS' ? 'https' : 'http',
    headers: Object.fromEntries((rendered.httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value])),
  };
}
