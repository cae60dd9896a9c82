import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder, withCode } from '../../test/images/kit.ts';
import { BitiqError } from '../model/errors.ts';
import { connect, type Client } from './client.ts';
import { digestOf } from './digest.ts';
import { findRemoteDigest, listRemoteTags, pullImage } from './pull.ts';

/** A registry that answers in the given way. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function clientOf(registry: string, login?: string): Promise<Client> {
  const home = await temporaryFolder();
  if (login) {
    const auths = { [registry]: { auth: Buffer.from(login).toString('base64') } };
    await writeFile(join(home, 'config.json'), JSON.stringify({ auths }));
  }
  return connect(
    { registry, repository: 'team/app', tag: 'v1' },
    { firstWaitMs: 1, env: { DOCKER_CONFIG: home } },
  );
}

const get = (client: Client) => client.send({ method: 'GET', path: 'blobs/x', to: 'give x' });
const caught = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BitiqError);
  return error as BitiqError;
};

describe('send', () => {
  it.each([429, 500, 502, 503])('tries again after %i', async (status) => {
    let asked = 0;
    const client = await clientOf(
      await serve((_, response) => {
        asked++;
        response.writeHead(asked < 3 ? status : 200, { 'retry-after': '0' }).end();
      }),
    );
    expect((await get(client)).status).toBe(200);
    expect(asked).toBe(3);
  });

  it('tries again after a lost connection, with the same body', async () => {
    const bodies: string[] = [];
    const client = await clientOf(
      await serve(async (request, response) => {
        bodies.push(await textOf(request));
        if (bodies.length < 2) request.socket.destroy();
        else response.writeHead(201).end();
      }),
    );
    await client.send({ method: 'PUT', path: 'x', to: 'take x', body: Buffer.from('hello') });
    expect(bodies).toEqual(['hello', 'hello']);
  });

  it('asks for a hundred things at once under one signal, and nothing is warned of', async () => {
    const registry = await serve((_, response) => response.end());
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { signal } = new AbortController();
    const clients = Array.from({ length: 100 }, (_, n) =>
      connect({ registry, repository: `team/app${n}`, tag: 'v1' }, { signal }),
    );
    const answers = await Promise.all(clients.map(get));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await new Promise((resolve) => setImmediate(resolve)); // warnings come after the turn that makes them
    expect(warnings).toEqual([]);
  });

  it('gives up with the words of the registry, and shows nothing else of the answer', async () => {
    let asked = 0;
    const client = await clientOf(
      await serve((_, response) => {
        asked++;
        response.writeHead(503).end('<html>inner workings</html>');
      }),
    );
    const busy = await caught(get(client));
    expect([busy.code, asked]).toEqual(['registry-unreachable', 5]);
    expect(busy.message).toMatch(/could not give x .* after 5 attempts: status 503\.$/);

    const denied = await clientOf(
      await serve((_, response) => {
        response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'not yours' }] }));
      }),
    );
    const error = await caught(get(denied));
    expect(error.code).toBe('registry-denied');
    expect(error.message).toMatch(/status 403, DENIED: not yours/);
    expect(error.fix).toMatch(/docker login/);
  });

  it('says when nobody is there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const error = await caught(get(await clientOf(`127.0.0.1:${port}`)));
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toMatch(/ECONNREFUSED/);
  });

  it('logs in by Basic when the registry asks for it, and keeps the password to itself', async () => {
    const right = `Basic ${Buffer.from('ann:sesame').toString('base64')}`;
    const registry = await serve((request, response) => {
      const ok = request.headers.authorization === right;
      response.writeHead(ok ? 200 : 401, ok ? {} : { 'www-authenticate': 'Basic realm="r"' }).end();
    });
    expect((await get(await clientOf(registry, 'ann:sesame'))).status).toBe(200);
    for (const login of [undefined, 'ann:wrongpass']) {
      const error = await caught(get(await clientOf(registry, login)));
      expect(error.code).toBe('registry-denied');
      expect(JSON.stringify([error.message, error.fix])).not.toMatch(/wrongpass|d3Jvbmc/);
    }
  });

  it('fetches a token when the registry asks for Bearer, once, and again when it has run out', async () => {
    const asked: string[] = [];
    let valid = 0;
    const registry = await serve((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (url.pathname === '/token') {
        asked.push(
          `${url.searchParams.get('service')} ${url.searchParams.get('scope')} ${request.headers.authorization ?? 'anonymous'}`,
        );
        valid++;
        response.end(JSON.stringify({ token: `t${valid}` }));
        return;
      }
      if (request.headers.authorization === `Bearer t${valid}`) return response.end();
      const realm = `Bearer realm="http://${request.headers.host}/token",service="reg",scope="repository:team/app:pull,push"`;
      return response.writeHead(401, { 'www-authenticate': realm }).end();
    });
    const client = await clientOf(registry, 'ann:sesame');
    await get(client);
    await get(client);
    valid = 7;
    await get(client);
    const basic = `Basic ${Buffer.from('ann:sesame').toString('base64')}`;
    expect(asked).toEqual([
      `reg repository:team/app:pull,push ${basic}`,
      `reg repository:team/app:pull,push ${basic}`,
    ]);
  });

  it('waits for a login service that is busy, and says so when it stays so', async () => {
    let tokens = 0;
    let busy = 3;
    const registry = await serve((request, response) => {
      if (request.url?.startsWith('/token')) {
        tokens++;
        if (tokens <= busy) return response.writeHead(tokens === 1 ? 429 : 503, { 'retry-after': '0' }).end();
        return response.end(JSON.stringify({ token: 't' }));
      }
      if (request.headers.authorization) return response.end();
      const realm = `Bearer realm="http://${request.headers.host}/token"`;
      return response.writeHead(401, { 'www-authenticate': realm }).end();
    });
    expect((await get(await clientOf(registry))).status).toBe(200);
    expect(tokens).toBe(4);
    busy = Infinity;
    const error = await caught(get(await clientOf(registry)));
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toContain('could not give x');
    expect(error.message).toContain('after 5 attempts: status 503');
  });

  it('does not give the login to another host', async () => {
    let seen: string | undefined = 'never asked';
    const storage = await serve((request, response) => {
      seen = request.headers.authorization;
      response.end();
    });
    const registry = await serve((request, response) => {
      if (!request.headers.authorization)
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      return response.writeHead(307, { location: `http://${storage}/blob` }).end();
    });
    const client = await clientOf(registry, 'ann:sesame');
    await get(client);
    expect(seen).toBeUndefined();
    await client.send({ method: 'PUT', path: `http://${storage}/upload`, to: 'take x' });
    expect(seen).toBeUndefined();
  });
});

describe('what is pulled', () => {
  it('lists the tags of all pages', async () => {
    const client = await clientOf(
      await serve((request, response) => {
        const last = new URL(request.url ?? '', 'http://x').searchParams.get('last');
        if (!last) response.setHeader('link', '</v2/team/app/tags/list?last=b&n=2>; rel="next"');
        response.end(JSON.stringify({ name: 'team/app', tags: last ? ['c'] : ['a', 'b'] }));
      }),
    );
    expect(await listRemoteTags(client)).toEqual(['a', 'b', 'c']);
  });

  it('ends a list of tags that has always a next page, and says so', async () => {
    let asked = 0;
    const client = await clientOf(
      await serve((_, response) => {
        response.setHeader('link', `</v2/team/app/tags/list?last=${asked++}>; rel="next"`);
        response.end('{"tags":["a"]}');
      }),
    );
    await expect(listRemoteTags(client)).rejects.toThrow('its list of tags has more than 1000 pages');
    expect(asked).toBe(1000);
  });

  it('does not read a manifest to its end that has none', async () => {
    let sent = 0;
    const client = await clientOf(
      await serve((_, response) => {
        const chunk = Buffer.alloc(1024 * 1024, 32);
        const more = () => {
          for (let room = true; room && sent < 100; sent++) room = response.write(chunk);
          if (sent >= 100) response.end();
        };
        response.on('drain', more);
        more();
      }),
    );
    const pulled = pullImage(client, await temporaryFolder(), { os: 'linux', architecture: 'amd64' });
    await expect(pulled).rejects.toThrow('its answer is longer than 16777216 bytes');
  });

  it('sends the login to the registry, and to no other host that it names', async () => {
    const elsewhere: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      elsewhere.push(request.headers.authorization);
      response.end('{"tags":["b"]}');
    });
    const client = await clientOf(
      await serve((request, response) => {
        if (request.headers.authorization === undefined)
          return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        if (request.url?.includes('blobs'))
          return response.writeHead(307, { location: `http://${other}/x` }).end();
        return response.setHeader('link', `<http://${other}/next>; rel="next"`).end('{"tags":["a"]}');
      }),
      'ada:word',
    );
    expect(await listRemoteTags(client)).toEqual(['a', 'b']);
    expect((await get(client)).status).toBe(200);
    expect(elsewhere).toEqual([undefined, undefined]);
  });

  it('is nothing where nothing is', async () => {
    const client = await clientOf(await serve((_, response) => response.writeHead(404).end()));
    expect(await listRemoteTags(client)).toEqual([]);
    expect(await findRemoteDigest(client, 'v1')).toBeUndefined();
    const pulled = pullImage(client, await temporaryFolder(), { os: 'linux', architecture: 'amd64' });
    await expect(pulled).rejects.toThrowError(withCode('registry-denied'));
  });

  const config = Buffer.from(
    '{"architecture":"arm64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        digest: digestOf(config),
        size: config.length,
      },
      layers: [],
    }),
  );
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          mediaType: 'm',
          digest: digestOf(manifest),
          size: 1,
          platform: { os: 'linux', architecture: 'arm64' },
        },
      ],
    }),
  );
  const registryWith = (blob: Buffer) =>
    serve((request, response) => {
      const last = request.url?.split('/').at(-1);
      if (last === 'v1') response.end(index);
      else if (last === digestOf(manifest)) response.end(manifest);
      else if (last === digestOf(config)) response.end(blob);
      else response.writeHead(404).end();
    });

  it('is the image of the platform asked for, with the names of OCI', async () => {
    const folder = await temporaryFolder();
    const client = await clientOf(await registryWith(config));
    const pulled = await pullImage(client, folder, { os: 'linux', architecture: 'arm64' });
    expect(pulled.mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(pulled.digest).not.toBe(digestOf(manifest));
    await expect(pullImage(client, folder, { os: 'linux', architecture: 's390x' })).rejects.toThrowError(
      /no image for linux\/s390x, only for linux\/arm64/,
    );
  });

  it('is refused when it is not what its digest says', async () => {
    const client = await clientOf(await registryWith(Buffer.from('{"evil":1}')));
    const pulled = pullImage(client, await temporaryFolder(), { os: 'linux', architecture: 'arm64' });
    await expect(pulled).rejects.toThrowError(/ instead of /);
  });
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
