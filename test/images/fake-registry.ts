import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { digestOf } from '../../src/registry/digest.ts';
import { configType, manifestType, tarLayerType } from '../../src/registry/media-types.ts';

/** A layer that a registry says it has: its digest and size need not be those of what it sends. */
export interface OfferedLayer {
  readonly digest: string;
  readonly size: number;
  readonly mediaType?: string;
  /** Answers a request for it; `count` counts them from 1. */
  readonly send: (response: ServerResponse, count: number, request: IncomingMessage) => void;
}

/** A layer of these bytes, sent as they are or in another way. */
export function layerOf(bytes: Buffer, send?: OfferedLayer['send']): OfferedLayer {
  return {
    digest: digestOf(bytes),
    size: bytes.length,
    send: send ?? ((response) => response.end(bytes)),
  };
}

/** Starts a registry with one image of these layers under `base:v1`, and gives its host:port. Other requests go to `other`. */
export async function offerImage(
  layers: readonly OfferedLayer[],
  other: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    void response.writeHead(404).end(),
): Promise<string> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, digest: digestOf(config), size: config.length },
      layers: layers.map(({ digest, size, mediaType = tarLayerType }) => ({ mediaType, digest, size })),
    }),
  );
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const last = request.url?.split('/').at(-1);
    const layer = layers.find(({ digest }) => digest === last);
    if (request.method !== 'GET') other(request, response);
    else if (last === 'v1') response.setHeader('content-type', manifestType).end(manifest);
    else if (last === digestOf(config)) response.end(config);
    else if (layer) {
      const count = (counts.get(layer.digest) ?? 0) + 1;
      counts.set(layer.digest, count);
      layer.send(response, count, request);
    } else other(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A layer of so many mebibytes, of which none is held; its tar is one file of zeros. */
export function largeLayer(mebibytes: number): OfferedLayer {
  const piece = Buffer.alloc(1024 * 1024);
  const hash = createHash('sha256');
  for (let count = 0; count < mebibytes; count++) hash.update(piece);
  return {
    digest: `sha256:${hash.digest('hex')}`,
    size: mebibytes * piece.length,
    send: (response) => {
      let left = mebibytes;
      response.setHeader('content-length', mebibytes * piece.length);
      const more = () => {
        while (left > 0) {
          left -= 1;
          if (!response.write(piece)) return;
        }
        response.end();
      };
      response.on('drain', more);
      more();
    },
  };
}
