import { layoutFolder, listTags } from '../registry/layout.ts';

/** The tags of an image repository in the local store; none when nothing was built yet. */
export function storedTags(store: string, repository: string): Promise<string[]> {
  return listTags(layoutFolder(store, repository));
}
