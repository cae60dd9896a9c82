import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles } from '../../src/actions/generate.ts';
import { readConfig } from '../../src/actions/read/read-state.ts';
import { folderTree, overlayTree } from '../../src/git/tree.ts';
import { gitOpsRepository, root, tagOf } from '../kit/gitops-repository.ts';
import { bitiq } from '../kit/loop-process.ts';
import { hasGo, jsonSchemaValidator, moduleFolder, modules } from '../kit/module-schemas.ts';

interface Compose {
  readonly services: Record<string, Record<string, unknown> | undefined>;
}

const valuesFile = 'helm/bitiq/values-dev.yaml';
/** Every field that compose.yaml takes from the values. */
const rich = `environment: dev
defaults:
  terminationGracePeriodSeconds: 5
  probes:
    startup: null
services:
  - name: toy-service
    image: { repository: ghcr.io/bitiq-io/toy-service, tag: ${tagOf(1)} }
    port: 9000
    service: { port: 8080 }
    command: [node, dist/server.js]
    args: ['--price', '$5']
    env: { GREETING: "it's $HOME", PORT: null }
    secrets: [{ name: db, path: shop/db }]
    resources: { limits: { memory: 1Gi } }
    probes: { readiness: { path: /ready, port: 9001, timeoutSeconds: 4 } }
    securityContext: { readOnlyRootFilesystem: false }
    writablePaths: []
  - name: toy-web
    image: { repository: ghcr.io/bitiq-io/toy-web, tag: ${tagOf(1)} }
`;

describe('compose.yaml', () => {
  it('has ports, variables, limits and health checks of the values', async () => {
    const compose = await composeOf(rich);
    expect(compose.services['toy-service']).toMatchObject({
      image: 'ghcr.io/bitiq-io/toy-service:${TOY_SERVICE_TAG:-local}',
      build: { context: 'examples/toy-service' },
      entrypoint: ['node', 'dist/server.js'],
      command: ['--price', '$$5'],
      environment: { PORT: '8080', GREETING: "it's $$HOME" },
      env_file: ['.bitiq/secrets/dev/toy-service.env'],
      ports: ['127.0.0.1:${TOY_SERVICE_PORT:-8081}:8080'],
      healthcheck: {
        test: [
          'CMD',
          'node',
          '-e',
          expect.stringContaining("fetch('http://127.0.0.1:9001/ready')") as string,
        ],
        timeout: '4s',
      },
      user: '65532:65532',
      mem_limit: '1024m',
      stop_grace_period: '5s',
    });
    expect(compose.services['toy-service']).not.toHaveProperty('read_only');
    expect(compose.services['toy-service']).not.toHaveProperty('tmpfs');
    expect(compose.services['toy-web']).toMatchObject({
      environment: { PORT: '80' },
      ports: ['127.0.0.1:${TOY_WEB_PORT:-8082}:80'],
      read_only: true,
      tmpfs: ['/tmp'],
    });
  });

  it('stays as it is when a tag changes', async () => {
    const text = readFileSync(join(root, valuesFile), 'utf8');
    expect(await composeOf(text.replaceAll(/tag: v.*/g, `tag: ${tagOf(7)}`))).toEqual(await composeOf(text));
  });

  it('is left out while the values have a fault, which has its own finding', async () => {
    expect(await composeText('services: 3\n')).toBe(undefined);
  });

  it('gets the tags of a release from show', () => {
    const fixture = gitOpsRepository();
    const shown = bitiq(['show', 'dev', '--env', '--repo', fixture.remote]);
    expect(shown.stdout).toBe(`TOY_SERVICE_TAG=${tagOf(1)}\nTOY_WEB_TAG=${tagOf(1)}\n`);
  });

  describe.skipIf(!hasGo)(
    'against the Compose specification (skipped: no go on PATH, which fetches its schema)',
    () => {
      it.each(['the repository', 'every field'])(
        'fits it: %s',
        async (which) => {
          const validate = jsonSchemaValidator(
            join(moduleFolder(modules.compose), 'schema/compose-spec.json'),
          );
          const compose = which === 'every field' ? await composeOf(rich) : read();
          expect(validate(compose)).toEqual([]);
          expect(validate({ ...compose, services: { a: { imagge: 'b' } } })).not.toEqual([]);
        },
        120_000,
      );
    },
  );
});

function read(): Compose {
  return parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as Compose;
}

async function composeOf(values: string): Promise<Compose> {
  return parse((await composeText(values)) ?? '') as Compose;
}

async function composeText(values: string): Promise<string | undefined> {
  const tree = overlayTree(folderTree(root), new Map([[valuesFile, values]]));
  return (await generatedFiles(tree, await readConfig(tree))).get('compose.yaml');
}
