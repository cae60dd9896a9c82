import { run } from '../process/run.ts';
import { messageOf } from '../model/errors.ts';

/** A Helm that can be run. */
export interface Helm {
  readonly path: string;
  /** As it says itself, such as `v4.2.0`; a Helm built from its module may say only `v4.2`. */
  readonly version: string;
}

/** The Helm at this path (or of this name on PATH) if it is 3.14 or newer, else the reason why it cannot be used. */
export async function tryHelm(path: string, env: NodeJS.ProcessEnv): Promise<Helm | string> {
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
  const match = /^v(\d+)\.(\d+)(?:\.|$)/.exec(version);
  if (!match) return `${path} says that its version is ${JSON.stringify(version)}, which is not Helm's`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < 3 || (major === 3 && minor < 14)) return `${path} is Helm ${version}, older than v3.14`;
  return { path, version };
}
