import { createHash } from 'node:crypto';

/**
 * `sha256:<hex>` of what `helm template` printed, the same for Helm 3 and 4: they differ in blank lines between documents
 * and in nothing else, so blank lines at the end of a document do not count.
 */
export function digestManifests(manifests: string): string {
  const text = manifests.replace(/\n(?:[ \t]*\n)+(?=---\n)/g, '\n').trimEnd();
  return `sha256:${createHash('sha256').update(`${text}\n`).digest('hex')}`;
}
