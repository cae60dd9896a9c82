import { rewriteAddresses } from './rewrite-addresses.ts';
import type { Peer, Workload } from './rendering.ts';

export interface EnvironmentParts {
  readonly workload: Workload;
  /** The `NAME=value` entries of the image. */
  readonly imageEnvironment: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly peers: readonly Peer[];
  readonly addressOf: (service: string) => string | undefined;
  /** What the host gives: PATH, HOME, TMPDIR, LANG. */
  readonly host: Readonly<Record<string, string>>;
  readonly port: number | undefined;
}

/** The whole environment of a service's process: what the host gives, the image's own, the Pod's, and PORT; nothing else of bitiq's. */
export function composeEnvironment(parts: EnvironmentParts): Record<string, string> {
  const composed: Record<string, string> = {};
  const here = (value: string) => rewriteAddresses(value, parts.peers, parts.addressOf);
  for (const entry of parts.imageEnvironment) {
    const at = entry.indexOf('=');
    if (at > 0) composed[entry.slice(0, at)] = here(entry.slice(at + 1));
  }
  Object.assign(composed, parts.host);
  for (const entry of parts.workload.environment) {
    if (entry.kind === 'all-secrets') {
      for (const [key, value] of Object.entries(parts.secrets)) composed[entry.prefix + key] = value;
    } else if (entry.kind === 'secret') {
      const value = parts.secrets[entry.key];
      if (value !== undefined) composed[entry.name] = value;
    } else {
      composed[entry.name] = here(expand(entry.value, composed));
    }
  }
  if (parts.port !== undefined) composed.PORT = String(parts.port);
  return composed;
}

/** `$(NAME)` becomes the value of an earlier variable, `$$(NAME)` stays as text, an unknown name stays (Kubernetes API, EnvVar.value). */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (variables[name] ?? whole),
  );
}
