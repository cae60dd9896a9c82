import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The folder of Kyverno's sources, of the version that tools/kyverno/go.mod pins, from Go's module cache or proxy.
 * Undefined, with the reason, where there is no Go or no network.
 */
export function kyvernoModule(): { readonly folder: string } | { readonly missing: string } {
  try {
    const text = execFileSync('go', ['mod', 'download', '-json', 'github.com/kyverno/kyverno'], {
      cwd: fileURLToPath(new URL('../../tools/kyverno', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GOFLAGS: '-mod=mod' },
    });
    return { folder: (JSON.parse(text) as { Dir: string }).Dir };
  } catch (error) {
    return { missing: (error as Error).message.split('\n')[0] ?? 'go failed' };
  }
}
