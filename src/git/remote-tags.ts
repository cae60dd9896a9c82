import { git } from './git.ts';

/** A clone and the remote that it fetches from. */
interface Clone {
  readonly directory: string;
  readonly source: string;
  readonly patience?: { readonly env?: NodeJS.ProcessEnv | undefined } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tags that a remote had as other objects than the clone, at the last fetch of this process; by clone and remote, then by ref. */
const differing = new Map<string, ReadonlyMap<string, string>>();

/** The id of a tag on the remote where it is not the one of the clone; undefined where both are the same, or no fetch has told. */
export function tagOnRemote(repository: Clone, ref: string): string | undefined {
  return differing.get(keyOf(repository))?.get(ref);
}

/** The tags that a fetch did not take, as the clone has others of these names; undefined where it failed for another reason. */
export function refusedTags(said: string): readonly string[] | undefined {
  const refused: string[] = [];
  for (const line of said.split('\n')) {
    const tag = /^ ! \[rejected\] +(\S+) .*would clobber existing tag/.exec(line)?.[1];
    if (tag !== undefined) refused.push(`refs/tags/${tag}`);
    else if (/^(?:error:|fatal:| ! )/.test(line)) return undefined;
  }
  return refused.length > 0 ? refused : undefined;
}

/** Notes what the remote has for the tags that a fetch did not take, for everything that relies on one of them. */
export async function noteRemoteTags(repository: Clone, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) {
    differing.delete(keyOf(repository));
    return;
  }
  const listed = await git(repository.directory, ['ls-remote', repository.source, ...refs], {
    to: 'ask the remote for its tags',
    env: repository.patience?.env,
    signal: repository.signal,
  });
  const lines = listed.stdout.toString('utf8').split('\n').filter(Boolean);
  const ids = lines.map((line) => line.split('\t') as [id: string, ref: string]);
  differing.set(
    keyOf(repository),
    new Map(ids.flatMap(([id, ref]) => (refs.includes(ref) ? [[ref, id] as const] : []))),
  );
}

function keyOf({ directory, source }: Clone): string {
  return `${directory}\0${source}`;
}
