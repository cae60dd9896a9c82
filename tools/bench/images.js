import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseImageReference } from '../../dist/model/image-reference.js';
import { connect } from '../../dist/registry/client.js';
import { pullImage } from '../../dist/registry/pull.js';
import { inFolder } from './measure.js';

const mebibytes = 256;
const runs = 5;
const piece = Buffer.alloc(1024 * 1024, 'a layer');

/** A pull of one large layer, beside the same bytes over HTTP into a file by node alone; both in this process, from the same server. */
export function images() {
  return inFolder(async (folder) => {
    const server = createServer(await registry());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${server.address().port}`;
    try {
      const times = { pull: [], file: [] };
      for (let run = 0; run < runs; run++) {
        const layout = join(folder, 'layout');
        times.pull.push(await msOf(() => pull(host, layout)));
        times.file.push(await msOf(() => toFile(host, join(folder, 'file'))));
        await rm(layout, { recursive: true });
      }
      const [ms, peerMs] = [median(times.pull), median(times.file)];
      const what = `pull of a layer of ${mebibytes} MiB`;
      return [{ what, ms, peer: 'node: http to a file', peerMs, must: '≤ 2.5 ×' }];
    } finally {
      server.close().closeAllConnections();
    }
  });
}

const pull = (host, layout) =>
  pullImage(connect(parseImageReference(`${host}/large:v1`)), layout, { os: 'linux', architecture: 'amd64' });

const toFile = (host, file) =>
  new Promise((resolve, reject) => {
    const to = `http://${host}/v2/large/blobs/layer`;
    get(to, (answer) => pipeline(answer, createWriteStream(file)).then(resolve, reject)).on('error', reject);
  });

async function registry() {
  const hash = createHash('sha256');
  for (let count = 0; count < mebibytes; count++) hash.update(piece);
  const type = (name) => `application/vnd.oci.image.${name}`;
  const config = Buffer.from(
    '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
  );
  const of = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const layer = { digest: `sha256:${hash.digest('hex')}`, size: mebibytes * piece.length };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type('manifest.v1+json'),
    config: { mediaType: type('config.v1+json'), digest: of(config), size: config.length },
    layers: [{ mediaType: type('layer.v1.tar'), ...layer }],
  });
  return (request, response) => {
    if (request.url.includes('/manifests/')) return response.end(manifest);
    if (request.url.endsWith(of(config))) return response.end(config);
    response.setHeader('content-length', layer.size);
    let left = mebibytes;
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!response.write(piece)) return;
      }
      response.end();
    };
    response.on('drain', more);
    return more();
  };
}

async function msOf(use) {
  const started = performance.now();
  await use();
  return performance.now() - started;
}

function median(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
