import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, writeCacheFile } from '../process/cache-folder.ts';
import { run } from '../process/run.ts';
import { messageOf } from '../model/errors.ts';
import { identifyProgram } from './program-identity.ts';

/** A Helm that can be run. */
export interface Helm {
  readonly path: string;
  /** As it says itself, such as `v4.2.0`; a Helm built from its module may say only `v4.2`. */
  readonly version: string;
}

/** The Helm at this path (or of this name on PATH) if it is 3.14 or newer, else the reason why it cannot be used. */
export async function tryHelm(path: string, env: NodeJS.ProcessEnv): Promise<Helm | string> {
  const identity = await identifyProgram(path);
  const known = identity && join(cacheFolder(), 'helm-versions', identity);
  const kept = known && (await readFile(known, 'utf8').catch(() => undefined));
  if (kept && usable.test(kept)) return { path, version: kept };
  let version: string;
  try {
    const { stdout } = await run(path, ['version', '--template', '{{.Version}}'], {
      to: 'tell its version',
      env,
    });
    version = stdout.toString('utf8').trim();
  } catch (error) {
    return messageOf(error);
  }
  if (!/^v\d+\.\d+(?:\.|$)/.test(version)) {
    return `${path} says that its version is ${JSON.stringify(version)}, which is not Helm's`;
  }
  if (!usable.test(version)) return `${path} is Helm ${version}, older than v3.14`;
  // Asking the same program again takes as long as a small rendering.
  if (known) await writeCacheFile(known, version).catch(() => {});
  return { path, version };
}

/** v3.14 and newer. */
const usable = /^v(?:3\.(?:1[4-9]|[2-9]\d)|[4-9]|[1-9]\d+)(?:\.\S*)?$/;
