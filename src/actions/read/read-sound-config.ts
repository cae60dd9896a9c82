import { configSchema, paths, type Config } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { requireValid } from '../../yaml/validate.ts';
import { readLastSound } from './read-last-sound.ts';
import { readConfig } from './read-state.ts';

/** What bitiq.yaml says, or said last when it could be read: a broken file is not in the way of a rollback. */
export async function readSoundConfig(repository: Repository, head: string): Promise<Config> {
  const accept = (source: YamlSource): Config => requireValid(source, configSchema, 'config-invalid');
  try {
    return await readConfig(commitTree(repository, head));
  } catch (error) {
    if (!(error instanceof BitiqError)) throw error;
    const path = paths.config;
    const last = await readLastSound(repository, { head, path, accept }).catch(() => undefined);
    if (last === undefined) throw error;
    return accept(last.source);
  }
}
