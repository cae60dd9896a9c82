/** Which build of the service this is. The image carries both values; outside an image they are `unknown`. */
export interface Version {
  readonly service: string;
  readonly tag: string;
  readonly commit: string;
}

export interface Settings {
  readonly port: number;
  /** The address to listen on; undefined is every address. */
  readonly host: string | undefined;
  /** How long running requests may take after SIGTERM. Kubernetes kills after 30 s by default, so this is less. */
  readonly graceMs: number;
  readonly version: Version;
}

/** The settings that an environment says; a value that cannot be used is an error that names its variable. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  return {
    port: wholeNumber(env, 'PORT', 8080, 65_535),
    host: env['HOST'] || undefined,
    graceMs: wholeNumber(env, 'GRACE_MS', 10_000, 3_600_000),
    version: {
      service: 'toy-service',
      tag: env['BITIQ_TAG'] || 'unknown',
      commit: env['BITIQ_COMMIT'] || 'unknown',
    },
  };
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, standard: number, most: number): number {
  const text = env[name] || String(standard);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) {
    throw new Error(`${name} must be a whole number from 0 to ${most}, and it is ${JSON.stringify(text)}.`);
  }
  return value;
}
