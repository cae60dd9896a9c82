import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageUpdaterFiles } from '../../src/actions/generate/image-updater.ts';
import { readConfig } from '../../src/actions/read/read-state.ts';
import { folderTree, overlayTree } from '../../src/git/tree.ts';
import { root } from './gitops-repository.ts';

/** The file of the ImageUpdater that this repository would have with `writeBack: image-updater`, a hold and a service without Pods. */
export async function switchedImageUpdater(): Promise<string> {
  const tree = folderTree(root);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const switched = overlayTree(
    tree,
    new Map([
      ['bitiq.yaml', read('bitiq.yaml').replace('writeBack: bitiq', 'writeBack: image-updater')],
      [
        'helm/bitiq/values-dev.yaml',
        read('helm/bitiq/values-dev.yaml').replace('replicas: 1', 'replicas: 0'),
      ],
      [
        'environments/dev/holds.yaml',
        'holds:\n  - {service: toy-web, reason: it breaks, by: Ada, since: 2026-01-01T00:00:00Z}\n',
      ],
    ]),
  );
  const [text] = (await imageUpdaterFiles(switched, await readConfig(switched))).values();
  return text ?? '';
}
