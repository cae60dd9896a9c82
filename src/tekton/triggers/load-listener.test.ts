import { describe, expect, it } from 'vitest';
import { handleEvent } from './handle-event.ts';
import { loadListener, readListeners } from './load-listener.ts';

const api = 'triggers.tekton.dev/v1beta1';
const template = (text: string) => ({
  spec: { resourcetemplates: [{ apiVersion: 'v1', kind: 'ConfigMap', data: { text } }] },
});
const trigger = (name: string, namespace: string | undefined, ref: string, labels = {}) => ({
  apiVersion: api,
  kind: 'Trigger',
  metadata: { name, ...(namespace ? { namespace } : {}), labels },
  spec: { bindings: [], template: { ref } },
});
const templateObject = (name: string, namespace: string | undefined, text: string) => ({
  apiVersion: api,
  kind: 'TriggerTemplate',
  metadata: { name, ...(namespace ? { namespace } : {}) },
  ...template(text),
});
const files = (...objects: object[]) => [
  { file: 'f.yaml', text: objects.map((object) => JSON.stringify(object)).join('\n---\n') },
];
const listenerObject = (spec: object, apiVersion = api) => ({
  apiVersion,
  kind: 'EventListener',
  metadata: { name: 'l', namespace: 'ci' },
  spec,
});

/** Which triggers fire, in which namespace, and what they create. */
async function fired(...objects: object[]): Promise<string[]> {
  const { triggers } = await handleEvent(
    loadListener(files(...objects)),
    { method: 'POST', url: '/', headers: {}, body: Buffer.from('{}') },
    { secrets: {}, eventId: 'e', newUid: () => 'u' },
  );
  return triggers.map((one) => {
    if (one.outcome === 'stopped') return `${one.trigger} stopped: ${one.message}`;
    const [resource] = one.resources;
    return `${one.trigger} in ${String(resource?.metadata['namespace'])}: ${JSON.stringify(resource?.['data'])}`;
  });
}

describe('an EventListener', () => {
  it.each([
    [{ labelSelector: { matchLabels: { team: 'a' } } }, ['here']],
    [{ namespaceSelector: { matchNames: ['other'] } }, ['there']],
    [{ namespaceSelector: { matchNames: ['*'] } }, ['here', 'there', 'unwritten']],
    [
      {
        namespaceSelector: { matchNames: ['*'] },
        labelSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] },
      },
      ['here', 'there'],
    ],
  ])('with %j takes the triggers %j', async (spec, names) => {
    const found = await fired(
      listenerObject(spec),
      trigger('here', 'ci', 't', { team: 'a' }),
      trigger('there', 'other', 't', { team: 'a' }),
      trigger('unwritten', undefined, 't'),
      templateObject('t', undefined, 'x'),
    );
    expect(found.map((text) => text.split(' ')[0])).toEqual(names);
  });

  it('finds what a trigger names in its namespace, or without one', async () => {
    const found = await fired(
      listenerObject({ triggers: [{ triggerRef: 'here' }], namespaceSelector: { matchNames: ['other'] } }),
      trigger('here', 'ci', 't'),
      trigger('there', 'other', 't'),
      templateObject('t', undefined, 'common'),
      templateObject('t', 'other', 'own'),
    );
    expect(found).toEqual(['there in other: {"text":"own"}', 'here in ci: {"text":"common"}']);
    const { findings } = readListeners(
      files(listenerObject({ triggers: [{ triggerRef: 'x' }] }), trigger('x', 'other', 't')),
    );
    expect(findings.map(({ message }) => message)).toEqual([
      'There is no Trigger named "x" in the files.',
      'There is no TriggerTemplate named "t" in the files.',
    ]);
  });

  it('may be of v1alpha1, but for the interceptors that stood outside ref', async () => {
    const old = (interceptors: object[]) =>
      listenerObject(
        { triggers: [{ name: 't', interceptors, template: template('x') }] },
        'triggers.tekton.dev/v1alpha1',
      );
    expect(await fired(old([]))).toEqual(['t in ci: {"text":"x"}']);
    expect(() => loadListener(files(old([{ cel: { filter: 'true' } }])))).toThrow(
      "cel of a Trigger's interceptor is not supported",
    );
  });

  it('asks GitHub for changed files only where a push alone does not say them', () => {
    const changed = (eventTypes: string[] | undefined) =>
      listenerObject({
        triggers: [
          {
            name: 't',
            interceptors: [
              {
                ref: { name: 'github' },
                params: [
                  { name: 'addChangedFiles', value: { enabled: true } },
                  ...(eventTypes ? [{ name: 'eventTypes', value: eventTypes }] : []),
                ],
              },
            ],
            template: template('x'),
          },
        ],
      });
    expect(readListeners(files(changed(['push']))).findings).toEqual([]);
    for (const types of [undefined, ['push', 'pull_request']]) {
      expect(readListeners(files(changed(types))).findings).toMatchObject([{ code: 'tekton-unsupported' }]);
      expect(readListeners(files(changed(types)), { asksGithub: true }).findings).toEqual([]);
    }
  });
});
