// Puts what the image of bitiq is made of into a folder: `node tools/workflows/stage-image.js FOLDER`, after `npm run build`.
// Then `bitiq image build --context FOLDER …` builds it. The command line is bundled, so no packages are needed beside it.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
if (folder === undefined || existsSync(folder)) {
  console.error('Name a folder that does not exist yet. Nothing was changed.');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
cpSync(join(root, 'tools/workflows/image/Dockerfile'), join(folder, 'Dockerfile'));
cpSync(join(root, 'package.json'), join(folder, 'package.json'));
for (const file of reachedFrom('dist/cli/main.js')) cpSync(join(root, file), join(folder, file));
writeFileSync(join(folder, 'bitiq'), '#!/bin/sh\nexec node /opt/bitiq/dist/cli/main.js "$@"\n', {
  mode: 0o755,
});
console.log(folder);

/** A module of the bundle and all that it names; parts of earlier builds lie beside them. */
function reachedFrom(entry) {
  const found = new Set([entry]);
  for (const file of found) {
    for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(
      /["'](\.{1,2}\/[\w./-]+\.js)["']/g,
    )) {
      const path = normalize(join(dirname(file), name));
      if (path.startsWith('dist/') && existsSync(join(root, path))) found.add(path);
    }
  }
  return found;
}
