// Builds one image after another into a store until it is killed, or until it has built `count`; each has its own tag and bytes.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '../../dist/actions/image/build.js';

const [store, context, sha, count] = process.argv.slice(2);
for (let number = 1; number <= Number(count); number++) {
  await writeFile(join(context, 'big'), randomBytes(400_000));
  const tag = `v0.0.0-${number}.g${sha}`;
  await buildImage({ context, store, image: 'ghcr.io/bitiq-io/toy-service', tag, base: 'none' });
  process.stdout.write(`${tag}\n`);
}
