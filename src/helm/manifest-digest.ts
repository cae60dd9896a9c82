import { createHash } from 'node:crypto';

/**
 * `sha256:<hex>` of what `helm template` printed, the same for Helm 3 and 4: they differ in blank lines between documents
 * and in nothing else, so blank lines at the end of a document do not count.
 */
export function digestManifests(manifests: string): string {
  const kept: string[] = [];
  const lines = manifests.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '---' && index < lines.length - 1)
      while (kept.length > 1 && /^[ \t]*$/.test(kept.at(-1)!)) kept.pop();
    kept.push(line);
  }
  const text = kept.join('\n').trimEnd();
  return `sha256:${createHash('sha256').update(`${text}\n`).digest('hex')}`;
}
