import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { loadTektonObjects, readTektonFiles } from '../../src/tekton/load-objects.ts';
import { planPipelineRun } from '../../src/tekton/plan/plan-pipeline-run.ts';
import { readPipelineRun } from '../../src/tekton/read/runs.ts';
import { readDocuments } from '../../src/tekton/read/documents.ts';
import { signBody } from '../../src/tekton/triggers/signature.ts';
import { handleEvent } from '../../src/tekton/triggers/handle-event.ts';
import { loadListener } from '../../src/tekton/triggers/load-listener.ts';
import { printServiceTrigger } from '../../src/actions/generate/service-trigger.ts';

const pipelines = join(import.meta.dirname, '../../pipelines');
const files = await readTektonFiles([pipelines]);
const secret = 'a-secret-for-this-test';
const push = {
  ref: 'refs/heads/main',
  before: '0'.repeat(40),
  after: '1234567890123456789012345678901234567890',
  deleted: false,
  repository: {
    name: 'toy-service',
    full_name: 'bitiq-io/toy-service',
    clone_url: 'http://127.0.0.1:8484/git/toy-service.git',
  },
};

function send(payload: object, headers: Record<string, string> = {}, key = secret, from = files) {
  const body = Buffer.from(JSON.stringify(payload));
  return handleEvent(
    loadListener(from),
    {
      method: 'POST',
      url: '/hooks',
      body,
      headers: { 'x-github-event': 'push', 'x-hub-signature-256': signBody(body, key), ...headers },
    },
    { secrets: { 'github-webhook': { secret } }, eventId: 'e-1', newUid: () => 'u-1' },
  );
}

describe("the repository's Tekton files", () => {
  it('have no finding, and every task is planned', async () => {
    const objects = loadTektonObjects(files);
    expect(objects.findings).toEqual([]);
    expect([...objects.tasks.keys()].sort()).toEqual(['build-image', 'clone', 'test']);
    const { plan, findings } = await planFired();
    expect(findings).toEqual([]);
    expect(plan!.tasks.map((task) => task.name)).toEqual(['clone', 'test', 'build-image']);
  });

  it('fire one trigger for a push to a service, and the PipelineRun has what was pushed', async () => {
    const answer = await send(push);
    expect(answer.status).toBe(202);
    const outcomes = Object.fromEntries(answer.triggers.map((one) => [one.trigger, one]));
    expect(outcomes['toy-web']).toMatchObject({ outcome: 'stopped', at: 'repository' });
    expect(outcomes['toy-service']).toMatchObject({
      outcome: 'fired',
      params: {
        'repo-url': push.repository.clone_url,
        revision: push.after,
        service: 'toy-service',
        image: 'ghcr.io/bitiq-io/toy-service',
      },
      resources: [{ kind: 'PipelineRun', metadata: { generateName: 'toy-service-' } }],
    });
  });

  it.each([
    [
      'another branch',
      { ...push, ref: 'refs/heads/topic' },
      {},
      secret,
      'github-push/main',
      'did not return true',
    ],
    ['a deleted branch', { ...push, deleted: true }, {}, secret, 'github-push/main', 'did not return true'],
    ['a wrong signature', push, {}, 'other', 'github-push/signature', 'payload signature check failed'],
    [
      'no signature',
      push,
      { 'x-hub-signature-256': '' },
      secret,
      'github-push/signature',
      'no X-Hub-Signature-256',
    ],
    [
      'another event',
      push,
      { 'x-github-event': 'ping' },
      secret,
      'github-push/signature',
      'event type ping is not allowed',
    ],
  ])('stop every trigger for %s', async (_, payload, headers, key, at, message) => {
    const { status, triggers } = await send(payload, headers, key);
    expect(status).toBe(202);
    expect(triggers).toHaveLength(2);
    for (const trigger of triggers) {
      expect(trigger).toMatchObject({
        outcome: 'stopped',
        at,
        message: expect.stringContaining(message) as string,
      });
    }
  });

  it.each(['toy-service', 'toy-web'])('have the generated trigger of %s', (name) => {
    const file = readFileSync(join(pipelines, `triggers/services/${name}.yaml`), 'utf8');
    const repository = `https://github.com/bitiq-io/${name}.git`;
    expect(file).toBe(printServiceTrigger({ name, repository, image: `ghcr.io/bitiq-io/${name}` }));
    expect(parseDocument(file).errors).toEqual([]);
  });

  it.each([
    [undefined, 'bitiq-push'],
    ['bitiq-push-toy', 'bitiq-push-toy'],
  ])('push with the login of the account %s of the service', async (pushAccount, expected) => {
    const name = 'toy-service';
    const repository = `https://github.com/bitiq-io/${name}.git`;
    const text = printServiceTrigger({ name, repository, image: 'ghcr.io/a/b', pushAccount });
    const own = files.map((file) => (file.file.endsWith(`services/${name}.yaml`) ? { ...file, text } : file));
    const { triggers } = await send(push, {}, secret, own);
    const [fired] = triggers.filter((one) => one.outcome === 'fired');
    const accounts = fired?.outcome === 'fired' ? JSON.stringify(fired.resources[0]) : '';
    expect(accounts).toContain(
      `{"pipelineTaskName":"build-image","serviceAccountName":${JSON.stringify(expected)}}`,
    );
    expect(accounts).toContain('"taskRunTemplate":{"serviceAccountName":"bitiq-build"');
  });
});

async function planFired() {
  const { triggers } = await send(push);
  const [fired] = triggers.filter((one) => one.outcome === 'fired');
  const text = JSON.stringify(fired?.outcome === 'fired' ? fired.resources[0] : {});
  const [document] = readDocuments([{ file: 'fired.json', text }], []);
  return planPipelineRun(loadTektonObjects(files), readPipelineRun(document!), { name: 'run-1', uid: 'u-1' });
}
