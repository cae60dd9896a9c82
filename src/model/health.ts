/** The ref whose tree says which versions an environment has run healthily. It is apart from main, so that health floods no history. */
export const healthRef = 'refs/bitiq/health';

/** When and as what an environment was first seen to run a version healthily. */
export interface HealthRecord {
  /** Such as `dev@abc1234` or `prod/3`. */
  readonly release: string;
  /** A moment of RFC 3339. */
  readonly since: string;
  /** `Name <mail>` of who saw it. */
  readonly by: string;
  /** `sha256:<hex>` of the image that ran; absent where who recorded it did not know. */
  readonly digest?: string | undefined;
}

/**
 * What is known in Git of a version's health in an environment: `not-seen` where health is recorded and this version was
 * never seen healthy, `not-recorded` where no health is recorded at all, `not-built` for the tag of a service without a version.
 */
export type SeenHealth = 'healthy' | 'not-seen' | 'not-recorded' | 'not-built';

/** What is known of the health of one version. */
export interface VersionHealth {
  readonly seen: SeenHealth;
  readonly record: HealthRecord | undefined;
}

/** Where the record of a version is in the tree of `healthRef`. */
export function healthPath(environment: string, service: string, tag: string): string {
  return `${environment}/${service}/${tag}`;
}

/** The file in that tree with the sha of main's head when the records of an environment began. No service is called so. */
export function healthBeganPath(environment: string): string {
  return `${environment}/.began`;
}

/** The content of a record's file: one line of JSON. */
export function printHealthRecord({ release, since, by, digest }: HealthRecord): string {
  return `${JSON.stringify({ release, since, by, digest })}\n`;
}

/** The record in the content of a file, or undefined when it holds none. */
export function healthRecordFrom(content: string): HealthRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  const { release, since, by, digest } = (value ?? {}) as Partial<Record<keyof HealthRecord, unknown>>;
  return typeof release === 'string' && typeof since === 'string' && typeof by === 'string'
    ? { release, since, by, digest: typeof digest === 'string' ? digest : undefined }
    : undefined;
}
