import type { ValueEdit } from '../../model/plan.ts';
import { BitiqError } from '../../model/errors.ts';
import { logOf, readObjects } from '../../git/read.ts';
import { pathInside, type Repository } from '../../git/repository.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';

/** A file of main as a write can start from it. */
export interface SoundFile {
  readonly source: YamlSource;
  /** Where the file at the head cannot be used: what is wrong with it, and the edit and the sentence that tell of its return. */
  readonly restored: { readonly why: string; readonly edit: ValueEdit; readonly note: string } | undefined;
}

/** How far back is looked: nearly always the first is enough. */
const looks = [10, 1000, undefined];

/**
 * A file at a head of main where `accept` takes it without an error, and else as it was at the newest commit of main where it
 * did. So a way back does not end at a file that somebody broke. Throws what is wrong at the head where no version is accepted.
 */
export async function readLastSound(
  repository: Repository,
  options: {
    readonly head: string;
    readonly path: string;
    readonly accept: (source: YamlSource) => void;
    /** See `parseYaml`. */
    readonly version?: '1.2' | undefined;
  },
): Promise<SoundFile> {
  const { head, path, accept, version } = options;
  const read = (blob: Buffer | undefined): YamlSource => {
    if (blob === undefined) throw missing(path);
    const source = parseYaml(blob.toString('utf8'), path, version);
    accept(source);
    return source;
  };
  const [now] = await readObjects(repository, [`${head}:${pathInside(repository, path)}`]);
  let fault: BitiqError;
  try {
    return { source: read(now), restored: undefined };
  } catch (error) {
    if (!(error instanceof BitiqError)) throw error;
    fault = error;
  }
  for (const limit of looks) {
    const commits = await logOf(repository, { from: head, paths: [path], limit });
    const blobs = await readObjects(
      repository,
      commits.map(({ sha }) => `${sha}:${pathInside(repository, path)}`),
    );
    for (const [index, { sha }] of commits.entries()) {
      try {
        return { source: read(blobs[index]), restored: restoredFrom(path, sha, fault) };
      } catch (error) {
        if (!(error instanceof BitiqError)) throw error;
      }
    }
    if (limit === undefined || commits.length < limit) break;
  }
  throw fault;
}

function restoredFrom(path: string, sha: string, fault: BitiqError): NonNullable<SoundFile['restored']> {
  const at = sha.slice(0, 7);
  return {
    why: fault.message,
    edit: { path, keyPath: '(the file)', line: 1, before: 'as it is', after: `as it was at ${at}` },
    note: `${fault.message} It is put back as it was at ${at}.`,
  };
}

function missing(path: string): BitiqError {
  return new BitiqError({
    code: 'values-invalid',
    message: `${path} is missing.`,
    fix: `Write ${path}: docs/adopting.md shows everything that an environment needs.`,
  });
}
